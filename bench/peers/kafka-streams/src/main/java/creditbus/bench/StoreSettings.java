package creditbus.bench;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Filter;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;

/** RocksDB for many small keys that are mostly new: room in memory, and filters that spare a look at the disk. */
public final class StoreSettings implements RocksDBConfigSetter {
    private static final long MIB = 1024L * 1024L;
    private static final double FILTER_BITS = 10.0;

    private final Cache cache = new LRUCache(64 * MIB);
    private final Filter filter = new BloomFilter(FILTER_BITS, false);

    @Override
    public void setConfig(String name, Options options, Map<String, Object> settings) {
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(cache);
        table.setFilterPolicy(filter);
        table.setCacheIndexAndFilterBlocks(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferSize(32 * MIB);
        options.setMaxWriteBufferNumber(3);
        options.setIncreaseParallelism(2);
    }

    @Override
    public void close(String name, Options options) {
        cache.close();
        filter.close();
    }
}
