using KvLab.Core.Control;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Core.Scenarios;

/// <summary>What a line of a scenario asks for. Commands are carried out by an <see cref="IClusterControl"/>; the runner checks expectations.</summary>
public abstract record ScenarioCommand;

/// <summary><c>settings W = 2, delay = 1..20 ms</c></summary>
public sealed record SettingsCommand(LiveSettingsPatch Patch) : ScenarioCommand;

/// <summary><c>write k = a</c>, <c>begin write k = a as first</c>, <c>write k = a delays follower-1 = 200</c></summary>
/// <param name="Name">What later lines call this write; null: it is only "the last one".</param>
/// <param name="DelaysMs">Chosen delays of the first attempts by follower id; the others keep the schedule's.</param>
/// <param name="Waits">Whether the next line waits for the answer.</param>
public sealed record WriteCommand(string Key, string Value, string? Name, IReadOnlyDictionary<string, double>? DelaysMs, bool Waits) : ScenarioCommand;

/// <summary><c>burst 200 writes over 20 keys by 8 clients</c></summary>
public sealed record BurstCommand(int Writes, int Keys, int Clients, bool Waits) : ScenarioCommand;

/// <summary><c>read k from follower-2</c>, <c>read k from 3 followers</c></summary>
/// <param name="Node">Null: <paramref name="R"/> followers that are drawn; the newest answer counts.</param>
public sealed record ReadCommand(string Key, string? Node, int R) : ScenarioCommand;

/// <summary><c>kill follower-2</c>, <c>slow follower-2 by 200 ms</c></summary>
/// <param name="AmountMs">For <see cref="NodeAct.Slow"/> and <see cref="NodeAct.Skew"/>, else 0.</param>
public sealed record NodeCommand(NodeAct Act, string Node, double AmountMs) : ScenarioCommand;

/// <summary><c>start follower-2</c>, <c>start leader forgetful</c></summary>
/// <param name="Recovers">False: a leader counts from 1 again and asks nobody, as the seed's does.</param>
public sealed record StartCommand(string Node, bool Recovers) : ScenarioCommand;

/// <summary><c>link follower-1 answer.lossPercent = 100</c></summary>
public sealed record LinkCommand(string Follower, LinkFaults Faults) : ScenarioCommand;

/// <summary><c>partition follower-1 follower-2</c>: these are on the other side from the leader.</summary>
public sealed record PartitionCommand(IReadOnlyList<string> OtherSide) : ScenarioCommand;

/// <summary><c>heal</c>, <c>heal follower-1</c></summary>
/// <param name="Follower">Null: every link.</param>
public sealed record HealCommand(string? Follower) : ScenarioCommand;

/// <summary><c>fail over</c>, <c>fail over to follower-3</c></summary>
/// <param name="To">Null: the most up-to-date follower.</param>
public sealed record FailOverCommand(string? To) : ScenarioCommand;

/// <summary><c>wait 200 ms</c></summary>
public sealed record PauseCommand(double Ms) : ScenarioCommand;

/// <summary><c>wait until quiet</c> (nothing in flight), <c>wait until answered</c> (every write that was begun).</summary>
public sealed record WaitCommand(bool ForAnswersOnly) : ScenarioCommand;

/// <summary><c>measure latency of burst as mean</c></summary>
public sealed record MeasureCommand(Measurable What, string Name) : ScenarioCommand;

/// <summary><c>expect …</c></summary>
/// <param name="Eventually">Looked at again and again until it is so, or the runner's patience ends.</param>
public sealed record ExpectCommand(Expectation Expectation, bool Eventually) : ScenarioCommand;
