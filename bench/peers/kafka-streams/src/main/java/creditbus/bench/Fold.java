package creditbus.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Drops duplicates and folds the others into records and subjects.
 *
 * <p>A record's state is its stated state (1 byte), its revision (4), its content hash (16) and the event that counts;
 * a subject's is its version (8).
 */
final class Fold implements Processor<byte[], byte[], byte[], byte[]> {
    static final String RECORDS = "records";
    static final String SUBJECTS = "subjects";

    private static final int HASH_BYTES = 16;
    private static final int HASH_AT = 1 + Integer.BYTES;
    private static final int META_BYTES = HASH_AT + HASH_BYTES;
    private static final int NEW = 0;
    private static final int AMENDED = 1;

    private final Headers headers;
    private final ByteArrayOutputStream applied = new ByteArrayOutputStream();
    private final BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(applied, null);
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, byte[]> records;
    private KeyValueStore<Bytes, byte[]> subjects;

    Fold(Schema header) {
        headers = new Headers(header);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> processorContext) {
        context = processorContext;
        records = context.getStateStore(RECORDS);
        subjects = context.getStateStore(SUBJECTS);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte[] event = record.value();
        try {
            headers.read(event);
            Bytes key = Bytes.wrap(headers.recordKey());
            byte[] known = records.get(key);
            byte[] hash = headers.hash();
            if (known != null && Arrays.equals(known, HASH_AT, META_BYTES, hash, 0, HASH_BYTES)) {
                return;
            }
            Bytes subject = Bytes.wrap(record.key());
            long version = 1 + version(subjects.get(subject));
            int revision = known == null ? 1 : 1 + ByteBuffer.wrap(known).getInt(1);
            byte[] change = change(event, version, revision, known);
            subjects.put(subject, ByteBuffer.allocate(Long.BYTES).putLong(version).array());
            records.put(
                    key,
                    ByteBuffer.allocate(META_BYTES + change.length)
                            .put((byte) headers.state())
                            .putInt(revision)
                            .put(hash)
                            .put(change)
                            .array());
            context.forward(record.withValue(change));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static long version(byte[] subject) {
        return subject == null ? 0 : ByteBuffer.wrap(subject).getLong();
    }

    /** Returns the event with the field that was null, the last of its header, filled in. */
    private byte[] change(byte[] event, long version, int revision, byte[] known) throws IOException {
        applied.reset();
        encoder.writeIndex(1);
        encoder.writeEnum(known == null ? NEW : AMENDED);
        encoder.writeLong(version);
        encoder.writeInt(revision);
        encoder.writeEnum(headers.state());
        if (known == null) {
            encoder.writeIndex(0);
        } else {
            encoder.writeIndex(1);
            encoder.writeEnum(known[0]);
        }
        encoder.writeString("");
        encoder.writeString("");
        encoder.writeBoolean(false);
        int head = headers.end() - 1;
        byte[] change = new byte[event.length - 1 + applied.size()];
        System.arraycopy(event, 0, change, 0, head);
        System.arraycopy(applied.toByteArray(), 0, change, head, applied.size());
        System.arraycopy(event, headers.end(), change, head + applied.size(), event.length - headers.end());
        return change;
    }
}
