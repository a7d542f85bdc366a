using KvLab.Web.Problems;

namespace KvLab.Web.Reads;

public interface IReads
{
    /// <summary>Reads as a client would, and judges what it got.</summary>
    /// <exception cref="CommandException">400: no such key or node, or R out of range; 503: no node is known.</exception>
    Task<ReadRow> ReadAsync(ReadRequest request, CancellationToken cancellation = default);

    /// <summary>Whether such reads can be made as the cluster is now: before thousands of them begin.</summary>
    /// <exception cref="CommandException">As for a read.</exception>
    void Check(ReadRequest request);
}
