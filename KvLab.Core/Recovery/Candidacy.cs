using KvLab.Core.CatchUp;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Storage;

namespace KvLab.Core.Recovery;

/// <summary>What a node that wants to lead asks the others before it does. Who does not answer is no reason to fail.</summary>
internal sealed class Candidacy(Leader leader, IPeerCalls peers)
{
    // Another candidate may have taken the epoch; each further round aims above what was seen.
    private const int MostRounds = 5;

    private readonly ProbeNews _news = new();

    /// <returns>Null where it does not answer.</returns>
    public async Task<PeerState?> StateAsync(Peer peer, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await leader.AskAsync(peer, peers, PeerCall.Probe, (calls, c) => calls.StateAsync(peer, c), patience, cancellation, s => _news.IsNews(peer, s));
        }
        catch (TransportException)
        {
            return null;
        }
    }

    /// <returns>Without entries where it does not answer.</returns>
    public async Task<ReplicaDump> DumpAsync(Peer peer, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await leader.AskAsync(peer, peers, PeerCall.Recover, (calls, c) => calls.DumpAsync(peer, c), patience, cancellation);
        }
        catch (TransportException)
        {
            return new ReplicaDump(peer.Id, null);
        }
    }

    /// <summary>It has everything: nothing is held yet.</summary>
    public async Task NoteAsync(Peer peer, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            await leader.NoteAsync(peer, peers, hasEverything: true, leader.SmallestQuorum, patience, cancellation);
        }
        catch (TransportException)
        {
            // The repair tells it again.
        }
    }

    /// <param name="above">The newest epoch that is known.</param>
    /// <param name="skipped">So many epochs further, each time.</param>
    /// <returns>The epoch, and the peers that refuse every older one now.</returns>
    /// <exception cref="ReignException">Others were faster, again and again.</exception>
    public async Task<(long Epoch, List<Peer> Answered)> SealAllAsync(
        IReadOnlyList<Peer> asked, long above, long skipped, long leadership, TimeSpan patience, CancellationToken cancellation)
    {
        var epoch = above + 1 + skipped;
        for (var round = 0; round < MostRounds; round++)
        {
            var wanted = epoch;
            var answers = await Task.WhenAll(asked.Select(p => SealAsync(p, wanted, leadership, patience, cancellation)));
            if (answers.OfType<SealAnswer>().All(a => a.Accepted)) return (wanted, [.. asked.Zip(answers).Where(p => p.Second is not null).Select(p => p.First)]);
            epoch = answers.OfType<SealAnswer>().Max(a => a.Highest.Epoch) + 1 + skipped;
        }

        throw new ReignException($"Others began {MostRounds} newer epochs meanwhile; {leader.NodeId} gave up.");
    }

    private async Task<SealAnswer?> SealAsync(Peer peer, long epoch, long leadership, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await leader.AskAsync(peer, peers, PeerCall.Seal, (calls, c) => calls.SealAsync(peer, epoch, leadership, c), patience, cancellation);
        }
        catch (TransportException)
        {
            return null;
        }
    }
}
