// The same strokes on a canvas and in an SVG file.

/** Draws on a 2D canvas in CSS pixels. */
export class CanvasPaint {
  constructor(canvas) { this.canvas = canvas; this.context = canvas.getContext('2d'); }

  begin(width, height, ground) {
    const scale = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
    }
    const c = this.context;
    c.setTransform(scale, 0, 0, scale, 0, 0);
    if (ground) { c.fillStyle = ground; c.fillRect(0, 0, width, height); } else c.clearRect(0, 0, width, height);
  }

  line(x1, y1, x2, y2, { stroke, width = 1, dash, alpha = 1, round = false }) {
    const c = this.context;
    c.globalAlpha = alpha; c.strokeStyle = stroke; c.lineWidth = width; c.lineCap = round ? 'round' : 'butt';
    if (dash?.length) c.setLineDash(dash);
    c.beginPath(); c.moveTo(x1, y1); c.lineTo(x2, y2); c.stroke();
    if (dash?.length) c.setLineDash([]);
    c.globalAlpha = 1;
  }

  /** Many of one style. @param parts x1, y1, x2, y2 of each */
  lines(parts, { stroke, width = 1, dash, alpha = 1 }) {
    const c = this.context;
    c.globalAlpha = alpha; c.strokeStyle = stroke; c.lineWidth = width; c.lineCap = 'butt';
    if (dash?.length) c.setLineDash(dash);
    for (let i = 0; i < parts.length; i += 4) { c.beginPath(); c.moveTo(parts[i], parts[i + 1]); c.lineTo(parts[i + 2], parts[i + 3]); c.stroke(); }
    if (dash?.length) c.setLineDash([]);
    c.globalAlpha = 1;
  }

  clip(x, y, width, height) { const c = this.context; c.save(); c.beginPath(); c.rect(x, y, width, height); c.clip(); }
  unclip() { this.context.restore(); }

  circle(x, y, r, { fill, stroke, width = 1, alpha = 1, from = 0, to = 1 }) {
    const c = this.context;
    c.globalAlpha = alpha;
    c.beginPath(); c.arc(x, y, r, (from - 0.25) * 2 * Math.PI, (to - 0.25) * 2 * Math.PI);
    if (fill) { c.fillStyle = fill; c.fill(); }
    if (stroke) { c.strokeStyle = stroke; c.lineWidth = width; c.stroke(); }
    c.globalAlpha = 1;
  }

  shape(points, { fill, stroke, width = 1, alpha = 1 }) {
    const c = this.context;
    c.globalAlpha = alpha;
    c.beginPath(); points.forEach(([x, y], i) => i ? c.lineTo(x, y) : c.moveTo(x, y)); c.closePath();
    if (fill) { c.fillStyle = fill; c.fill(); }
    if (stroke) { c.strokeStyle = stroke; c.lineWidth = width; c.stroke(); }
    c.globalAlpha = 1;
  }

  text(x, y, words, { fill, size = 12, weight = 400, align = 'center', alpha = 1, halo }) {
    const c = this.context;
    c.globalAlpha = alpha; c.font = `${weight} ${size}px system-ui, sans-serif`; c.textAlign = align; c.textBaseline = 'middle';
    if (halo) { c.strokeStyle = halo; c.lineWidth = 4; c.lineJoin = 'round'; c.strokeText(words, x, y); }
    c.fillStyle = fill; c.fillText(words, x, y);
    c.globalAlpha = 1;
  }
}

/** Gathers the same as the text of an SVG file. */
export class SvgPaint {
  #parts = [];

  begin(width, height, ground) {
    this.#parts = [`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`];
    if (ground) this.#parts.push(`<rect width="${width}" height="${height}" fill="${ground}"/>`);
  }

  #n(value) { return Math.round(value * 100) / 100; }
  #style({ fill, stroke, width = 1, alpha = 1 }) { return `fill="${fill ?? 'none'}"${stroke ? ` stroke="${stroke}" stroke-width="${width}"` : ''}${alpha < 1 ? ` opacity="${this.#n(alpha)}"` : ''}`; }

  line(x1, y1, x2, y2, style) {
    const dash = style.dash?.length ? ` stroke-dasharray="${style.dash.join(' ')}"` : '';
    const cap = style.round ? ' stroke-linecap="round"' : '';
    this.#parts.push(`<line x1="${this.#n(x1)}" y1="${this.#n(y1)}" x2="${this.#n(x2)}" y2="${this.#n(y2)}"${dash}${cap} ${this.#style(style)}/>`);
  }

  lines(parts, style) { for (let i = 0; i < parts.length; i += 4) this.line(parts[i], parts[i + 1], parts[i + 2], parts[i + 3], style); }

  clip(x, y, width, height) { this.#parts.push(`<clipPath id="c"><rect x="${x}" y="${y}" width="${width}" height="${height}"/></clipPath><g clip-path="url(#c)">`); }
  unclip() { this.#parts.push('</g>'); }

  circle(x, y, r, style) {
    const { from = 0, to = 1 } = style;
    if (to - from >= 1) { this.#parts.push(`<circle cx="${this.#n(x)}" cy="${this.#n(y)}" r="${this.#n(r)}" ${this.#style(style)}/>`); return; }
    const at = share => [x + r * Math.cos((share - 0.25) * 2 * Math.PI), y + r * Math.sin((share - 0.25) * 2 * Math.PI)].map(v => this.#n(v)).join(' ');
    this.#parts.push(`<path d="M ${at(from)} A ${r} ${r} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}" ${this.#style(style)}/>`);
  }

  shape(points, style) { this.#parts.push(`<polygon points="${points.map(p => p.map(v => this.#n(v)).join(',')).join(' ')}" ${this.#style(style)}/>`); }

  text(x, y, words, { fill, size = 12, weight = 400, align = 'center', alpha = 1, halo }) {
    const escaped = String(words).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const anchor = align === 'center' ? 'middle' : align === 'right' ? 'end' : 'start';
    this.#parts.push(`<text x="${this.#n(x)}" y="${this.#n(y)}" fill="${fill}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" dominant-baseline="central"${halo ? ` stroke="${halo}" stroke-width="4" paint-order="stroke"` : ''}${alpha < 1 ? ` opacity="${this.#n(alpha)}"` : ''}>${escaped}</text>`);
  }

  get file() { return [...this.#parts, '</svg>'].join('\n'); }
}
