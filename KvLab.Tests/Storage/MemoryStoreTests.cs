using KvLab.Core.Storage;
using Xunit;

namespace KvLab.Tests.Storage;

[Trait("Category", "Unit")]
public sealed class MemoryStoreTests : StoreContract
{
    protected override Task<IKeyValueStore> OpenAsync() => Task.FromResult<IKeyValueStore>(new MemoryStore());
}
