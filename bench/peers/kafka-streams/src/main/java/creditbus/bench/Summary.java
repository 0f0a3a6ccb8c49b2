package creditbus.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.util.Utf8;

/** What is kept of a subject besides its records, in the layout of the bus. */
final class Summary {
    private static final byte LAYOUT = 1;
    private static final byte REGISTERED = 1;
    private static final int KIND_AT = 2;
    private static final int VERSION_AT = 3;
    private static final int RECORDS_AT = 11;
    private static final int DISTRICT_SIZE_AT = 27;
    private static final int NAME_SIZE_AT = 28;
    private static final int META_BYTES = 30;

    private final byte kind;
    private final long version;
    private final int records;
    private final byte[] district;
    private final byte[] name;

    private Summary(byte kind, long version, int records, byte[] district, byte[] name) {
        this.kind = kind;
        this.version = version;
        this.records = records;
        this.district = district;
        this.name = name;
    }

    long version() {
        return version;
    }

    byte[] district() {
        return district;
    }

    byte[] name() {
        return name;
    }

    /** Returns the subject after an event that applies; {@code before} is null for an unknown subject. */
    static Summary after(byte[] before, Event event, boolean isNew) throws IOException {
        byte kind = (byte) event.ordinal("subject_kind");
        long version = 1;
        int records = isNew ? 1 : 0;
        byte[] district = {};
        byte[] name = {};
        if (before != null) {
            ByteBuffer known = ByteBuffer.wrap(before);
            int nameAt = META_BYTES + (known.get(DISTRICT_SIZE_AT) & 0xFF);
            kind = known.get(KIND_AT);
            version += known.getLong(VERSION_AT);
            records += known.getInt(RECORDS_AT);
            district = Arrays.copyOfRange(before, META_BYTES, nameAt);
            name = Arrays.copyOfRange(before, nameAt, nameAt + (known.getShort(NAME_SIZE_AT) & 0xFFFF));
        }
        if (event.isRegistration()) {
            GenericRecord content = event.content();
            district = Event.bytes((Utf8) content.get("DOMDISTRICT"));
            name = Event.bytes((Utf8) content.get("ENTNAME"));
        } else {
            byte[] named = event.bytes("subject_name");
            if (before == null || named.length > 0 && !Arrays.equals(named, name)) {
                throw new OutOfScopeException("a subject without registration, or of another name");
            }
        }
        return new Summary(kind, version, records, district, name);
    }

    byte[] bytes() {
        return ByteBuffer.allocate(META_BYTES + district.length + name.length)
                .put(LAYOUT)
                .put(REGISTERED)
                .put(kind)
                .putLong(version)
                .putInt(records)
                .putInt(0)
                .putInt(0)
                .putInt(0)
                .put((byte) district.length)
                .putShort((short) name.length)
                .put(district)
                .put(name)
                .array();
    }
}
