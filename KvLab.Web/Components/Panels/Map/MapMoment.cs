namespace KvLab.Web.Components.Panels.Map;

/// <summary>The moment of a recording that a map shows.</summary>
/// <param name="Ms">On the clock of the messages' times.</param>
/// <param name="Rate">How fast it moves on, against the time of whoever watches; 0 while it stands still.</param>
public sealed record MapMoment(double Ms, double Rate);
