namespace KvLab.Web.Components.Parts;

/// <summary>Plain; what most people come for; what destroys.</summary>
public enum ToolKind { Plain, Main, Danger }
