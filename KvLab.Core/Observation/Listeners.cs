using System.Collections.Immutable;

namespace KvLab.Core.Observation;

/// <summary>Those who want to hear of something, in the order in which they came. Safe for concurrent use; they are called on the teller's thread.</summary>
public sealed class Listeners<T>
{
    private ImmutableArray<Action<T>> _all = [];

    /// <summary>Dispose to stop.</summary>
    public IDisposable Add(Action<T> listener)
    {
        ImmutableInterlocked.Update(ref _all, l => l.Add(listener));
        return new Listening(() => ImmutableInterlocked.Update(ref _all, l => l.Remove(listener)));
    }

    /// <exception cref="AggregateException">Some threw; all others were told all the same.</exception>
    public void Tell(T news)
    {
        List<Exception>? failures = null;
        foreach (var listener in _all)
        {
            try
            {
                listener(news);
            }
            catch (Exception failure)
            {
                (failures ??= []).Add(failure);
            }
        }

        if (failures is not null) throw new AggregateException(failures);
    }

    private sealed class Listening(Action stop) : IDisposable
    {
        public void Dispose() => stop();
    }
}
