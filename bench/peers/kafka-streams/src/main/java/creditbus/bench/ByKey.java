package creditbus.bench;

import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** The rule of all topics of the bus: CRC-32 of the key, so that what a task writes goes to its own partition. */
final class ByKey implements StreamPartitioner<byte[], byte[]> {
    @Override
    public Optional<Set<Integer>> partitions(String topic, byte[] key, byte[] value, int partitions) {
        CRC32 sum = new CRC32();
        sum.update(key);
        return Optional.of(Set.of((int) (sum.getValue() % partitions)));
    }
}
