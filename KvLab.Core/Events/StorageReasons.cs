namespace KvLab.Core.Events;

/// <summary>Reasons of events about storages that both ends must spell alike.</summary>
public static class StorageReasons
{
    /// <summary>It works again, and what had been stored in it is gone.</summary>
    public const string Emptied = "emptied";
}
