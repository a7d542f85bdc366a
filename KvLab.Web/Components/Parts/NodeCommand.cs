using KvLab.Web.Commands;

namespace KvLab.Web.Components.Parts;

/// <summary>What can be done to a node by one press.</summary>
public enum NodeCommand { Kill, Stop, Start, StartForgetful, Freeze, Thaw, Remove }

internal static class NodeCommands
{
    public static Task SendAsync(this IClusterCommands commands, NodeCommand command, string node) => command switch
    {
        NodeCommand.Kill => commands.KillNodeAsync(node),
        NodeCommand.Stop => commands.StopNodeAsync(node),
        NodeCommand.Start => commands.StartNodeAsync(node),
        NodeCommand.StartForgetful => commands.StartForgetfulAsync(node),
        NodeCommand.Freeze => commands.FreezeNodeAsync(node),
        NodeCommand.Thaw => commands.ThawNodeAsync(node),
        _ => commands.RemoveFollowerAsync(node),
    };
}
