namespace KvLab.Web.Components.Parts;

/// <summary>Tells one open page from another: there is one of it per circuit, and nothing in it.</summary>
public sealed class ThisPage;
