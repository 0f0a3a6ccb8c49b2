package creditbus.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/** A framed event with its header decoded; one object for all events, valid until it reads the next. */
final class Event {
    private static final int FRAME_BYTES = 5;
    private static final String REGISTRATION = "enterprise-registration";

    private final Schema act;
    private final Schema claim;
    private final Schema header;
    private final GenericDatumReader<GenericRecord> headers;
    private final GenericDatumReader<GenericRecord> contents;
    private final Utf8 registration = new Utf8(REGISTRATION);
    private BinaryDecoder decoder;
    private GenericRecord read;
    private GenericRecord content;
    private byte[] value;
    private int end;

    /**
     * Takes the schema of a registration event: its header is that of every event.
     *
     * @param event the schema
     */
    Event(Schema event) {
        header = part(event, "header");
        act = part(event, "act");
        claim = part(event, "claim");
        GenericData data = new GenericData();
        data.setFastReaderEnabled(true);
        headers = new GenericDatumReader<>(header, header, data);
        contents = new GenericDatumReader<>(part(event, "content"), part(event, "content"), data);
    }

    static Schema schema(Path file) throws IOException {
        return new Schema.Parser().parse(file.toFile());
    }

    private static Schema part(Schema event, String name) {
        return event.getField(name).schema();
    }

    void read(byte[] bytes) throws IOException {
        value = bytes;
        decoder = DecoderFactory.get().binaryDecoder(bytes, FRAME_BYTES, bytes.length - FRAME_BYTES, decoder);
        read = headers.read(read, decoder);
        end = bytes.length - decoder.inputStream().available();
    }

    byte[] value() {
        return value;
    }

    /** Where in the event the bytes behind the header begin. */
    int end() {
        return end;
    }

    boolean isRegistration() {
        return registration.equals(get("item"));
    }

    /** Reads name and district of a registration; once an event. */
    GenericRecord content() throws IOException {
        GenericDatumReader.skip(act, decoder);
        GenericDatumReader.skip(claim, decoder);
        content = contents.read(content, decoder);
        return content;
    }

    Object get(String field) {
        return read.get(header.getField(field).pos());
    }

    byte[] bytes(String field) {
        return bytes((Utf8) get(field));
    }

    static byte[] bytes(Utf8 text) {
        return Arrays.copyOf(text.getBytes(), text.getByteLength());
    }

    long number(String field) {
        return (Long) get(field);
    }

    int ordinal(String field) {
        return header.getField(field).schema().getEnumOrdinal(get(field).toString());
    }

    byte[] hash() {
        return ((GenericFixed) get("content_hash")).bytes();
    }

    byte[] department() {
        return bytes((Utf8) ((GenericRecord) get("origin")).get(0));
    }

    /** Returns {@code r|subject|item|authority|document number}. */
    byte[] recordKey() {
        Utf8[] parts = {(Utf8) get("subject"), (Utf8) get("item"), (Utf8) get("authority"), (Utf8) get("document_no")};
        int length = 1 + parts.length;
        for (Utf8 part : parts) {
            length += part.getByteLength();
        }
        byte[] key = new byte[length];
        key[0] = 'r';
        int at = 1;
        for (Utf8 part : parts) {
            key[at++] = '|';
            System.arraycopy(part.getBytes(), 0, key, at, part.getByteLength());
            at += part.getByteLength();
        }
        return key;
    }
}
