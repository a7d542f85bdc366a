namespace KvLab.Web.Components.Panels.Replicas;

/// <summary>What a node's menu offers.</summary>
public enum NodeCommand { Kill, Start, Remove }
