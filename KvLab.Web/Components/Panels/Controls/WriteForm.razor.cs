using System.Text.Json;
using KvLab.Core.Storage;
using KvLab.Web.Commands;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Panels.Controls;

/// <summary>One write by hand, as a client would send it. Several may wait at once, as several clients would.</summary>
public sealed partial class WriteForm : SnapshotPanel, IDisposable
{
    private CancellationTokenSource _waiting = new();
    private string _key = "";
    private string _value = "";
    private int _inFlight;
    private WriteAnswer? _answer;
    private Problem? _problem;

    [Inject] public required IClusterCommands Commands { get; init; }
    [Inject] public required Browser Browser { get; init; }

    protected override object Slice() => Snapshot.Labels;

    protected override void OnInitialized()
    {
        (_key, _value) = (Browser.Drafts.Key, Browser.Drafts.Value);
        Browser.ShortcutPressed += OnShortcut;
    }

    private Task SetKeyAsync(string key) => Browser.SaveDraftsAsync(d => d with { Key = _key = TextLimits.Bounded(key, TextLimits.Key) }).AsTask();
    private Task SetValueAsync(string value) => Browser.SaveDraftsAsync(d => d with { Value = _value = TextLimits.Bounded(value, TextLimits.Value) }).AsTask();

    private void OnShortcut(string name)
    {
        if (name == "write") _ = InvokeAsync(WriteAsync);
    }

    private async Task WriteAsync()
    {
        _problem = null;
        JsonText value;
        try
        {
            value = Read(_value);
        }
        catch (JsonException)
        {
            _problem = new Problem("value begins like JSON, but is not valid JSON.", "Nothing was written.", "Correct it, or put it in double quotes to write it as text.");
            return;
        }

        var waiting = _waiting.Token;
        _inFlight++;
        StateHasChanged();
        try
        {
            _answer = await Commands.WriteAsync(_key, value, waiting);
        }
        catch (OperationCanceledException)
        {
            _answer = null;
        }
        catch (CommandException e)
        {
            _answer = null;
            _problem = Problem.Of(e, "Nothing was changed.", "Check that the leader is running, then retry.");
        }
        finally
        {
            _inFlight--;
            StateHasChanged();
        }
    }

    /// <summary>The client hangs up. The write itself goes on at the leader.</summary>
    private void StopWaiting()
    {
        _waiting.Cancel();
        _waiting.Dispose();
        _waiting = new CancellationTokenSource();
    }

    private static JsonText Read(string text) =>
        text.TrimStart() is ['{' or '[' or '"', ..] ? JsonText.Parse(text) : JsonText.Of(text);

    public void Dispose()
    {
        Browser.ShortcutPressed -= OnShortcut;
        _waiting.Cancel();
        _waiting.Dispose();
    }
}
