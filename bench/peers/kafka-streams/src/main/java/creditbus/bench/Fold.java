package creditbus.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
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
 * <p>The rules of docs/record-states.md as far as the load goes: content events of registered organisations. An event
 * beyond them ends the job.
 */
final class Fold implements Processor<byte[], byte[], byte[], byte[]> {
    static final String RECORDS = "records";
    static final String SUBJECTS = "subjects";

    private static final int NEW = 0;
    private static final int AMENDED = 1;

    private final Event event;
    private final ByteArrayOutputStream applied = new ByteArrayOutputStream();
    private final BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(applied, null);
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, byte[]> records;
    private KeyValueStore<Bytes, byte[]> subjects;

    Fold(Schema schema) {
        event = new Event(schema);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> processorContext) {
        context = processorContext;
        records = context.getStateStore(RECORDS);
        subjects = context.getStateStore(SUBJECTS);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        try {
            event.read(record.value());
            byte[] change = fold(record.key());
            if (change != null) {
                context.forward(record.withValue(change));
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** Returns the change; null for a duplicate or an outdated event. */
    private byte[] fold(byte[] code) throws IOException {
        String verb = event.get("verb").toString();
        if (!verb.equals("ISSUE") && !verb.equals("AMEND")
                || event.get("source_time") != null
                || !((Collection<?>) event.get("warnings")).isEmpty()) {
            throw new OutOfScopeException(verb);
        }
        Bytes key = Bytes.wrap(event.recordKey());
        byte[] stored = records.get(key);
        RecordState before = stored == null ? null : new RecordState(stored);
        byte[] department = event.department();
        if (before != null
                && before.outdates(
                        event.hash(), department, event.number("received_at"), event.number("sequence"))) {
            return null;
        }
        Bytes subject = Bytes.wrap(subjectKey(code));
        Summary summary = Summary.after(subjects.get(subject), event, before == null);
        byte[] change = change(summary, before);
        subjects.put(subject, summary.bytes());
        records.put(key, RecordState.after(before, event, department, change));
        return change;
    }

    private static byte[] subjectKey(byte[] code) {
        byte[] key = new byte[2 + code.length];
        key[0] = 's';
        key[1] = '|';
        System.arraycopy(code, 0, key, 2, code.length);
        return key;
    }

    /** Returns the event with the field that was null, the last of its header, filled in. */
    private byte[] change(Summary summary, RecordState before) throws IOException {
        applied.reset();
        encoder.writeIndex(1);
        encoder.writeEnum(before == null ? NEW : AMENDED);
        encoder.writeLong(summary.version());
        encoder.writeInt(before == null ? 1 : before.revision() + 1);
        encoder.writeEnum(event.ordinal("state"));
        if (before == null) {
            encoder.writeIndex(0);
        } else {
            encoder.writeIndex(1);
            encoder.writeEnum(before.stated());
        }
        encoder.writeBytes(summary.name());
        encoder.writeBytes(summary.district());
        encoder.writeBoolean(true);
        byte[] value = event.value();
        int head = event.end() - 1;
        int tail = value.length - event.end();
        byte[] change = new byte[head + applied.size() + tail];
        System.arraycopy(value, 0, change, 0, head);
        System.arraycopy(applied.toByteArray(), 0, change, head, applied.size());
        System.arraycopy(value, event.end(), change, head + applied.size(), tail);
        return change;
    }
}
