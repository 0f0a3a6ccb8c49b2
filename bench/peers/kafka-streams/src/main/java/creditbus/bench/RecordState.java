package creditbus.bench;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A record as the store keeps it, in the layout of the bus; read in place. */
final class RecordState {
    private static final byte LAYOUT = 1;
    private static final byte NONE = (byte) 255;
    private static final byte ISSUE = 0;
    private static final int STATED_AT = 1;
    private static final int REVISION_AT = 4;
    private static final int RECEIVED_AT = 16;
    private static final int SEQUENCE_AT = 24;
    private static final int HASH_AT = 32;
    private static final int HASH_BYTES = 16;
    private static final int DEPARTMENT_SIZE_AT = 48;
    private static final int SEEN_COUNT_AT = 49;
    private static final int META_BYTES = 55;
    private static final int SEEN_BYTES = 1 + HASH_BYTES;

    private final ByteBuffer state;

    RecordState(byte[] state) {
        this.state = ByteBuffer.wrap(state);
    }

    int stated() {
        return state.get(STATED_AT);
    }

    int revision() {
        return state.getInt(REVISION_AT);
    }

    private int departmentSize() {
        return state.get(DEPARTMENT_SIZE_AT) & 0xFF;
    }

    private int seenCount() {
        return state.getShort(SEEN_COUNT_AT) & 0xFFFF;
    }

    private byte[] seen() {
        int start = META_BYTES + departmentSize();
        return Arrays.copyOfRange(state.array(), start, start + seenCount() * SEEN_BYTES);
    }

    /** Whether the record says this already, or said it before, or knows something newer of the same department. */
    boolean outdates(byte[] hash, byte[] department, long receivedAt, long sequence) {
        byte[] bytes = state.array();
        int start = META_BYTES + departmentSize();
        for (int at = start; at < start + seenCount() * SEEN_BYTES; at += SEEN_BYTES) {
            if (bytes[at] == ISSUE && Arrays.equals(bytes, at + 1, at + SEEN_BYTES, hash, 0, HASH_BYTES)) {
                return true;
            }
        }
        if (!Arrays.equals(bytes, META_BYTES, start, department, 0, department.length)) {
            return false;
        }
        long known = state.getLong(RECEIVED_AT);
        return receivedAt < known || receivedAt == known && sequence < state.getLong(SEQUENCE_AT);
    }

    /** Returns the state after the event; {@code before} is null for a new record. */
    static byte[] after(RecordState before, Event event, byte[] department, byte[] change) {
        byte[] seen = before == null ? new byte[0] : before.seen();
        return ByteBuffer.allocate(META_BYTES + department.length + seen.length + SEEN_BYTES + change.length)
                .put(LAYOUT)
                .put((byte) event.ordinal("state"))
                .put(NONE)
                .put(NONE)
                .putInt(before == null ? 1 : before.revision() + 1)
                .putLong(Long.MIN_VALUE)
                .putLong(event.number("received_at"))
                .putLong(event.number("sequence"))
                .put(event.hash())
                .put((byte) department.length)
                .putShort((short) (seen.length / SEEN_BYTES + 1))
                .putInt(0)
                .put(department)
                .put(seen)
                .put(ISSUE)
                .put(event.hash())
                .put(change)
                .array();
    }
}
