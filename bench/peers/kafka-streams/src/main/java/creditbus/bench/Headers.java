package creditbus.bench;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/** Decodes the header of framed events, one at a time; what it returns is valid until the next event. */
final class Headers {
    static final int FRAME_BYTES = 5;

    private final GenericDatumReader<GenericRecord> reader;
    private final int item;
    private final int authority;
    private final int document;
    private final int subject;
    private final int hash;
    private final int state;
    private BinaryDecoder decoder;
    private GenericRecord header;
    private int end;

    Headers(Schema schema) {
        GenericData data = new GenericData();
        data.setFastReaderEnabled(true);
        reader = new GenericDatumReader<>(schema, schema, data);
        item = schema.getField("item").pos();
        authority = schema.getField("authority").pos();
        document = schema.getField("document_no").pos();
        subject = schema.getField("subject").pos();
        hash = schema.getField("content_hash").pos();
        state = schema.getField("state").pos();
    }

    /** Returns the header's schema from the file of the shared types. */
    static Schema schema(Path file) throws IOException {
        Schema shared = new Schema.Parser().parse(file.toFile());
        return shared.getTypes().stream()
                .filter(type -> type.getName().equals("EventHeader"))
                .findFirst()
                .orElseThrow();
    }

    void read(byte[] event) throws IOException {
        decoder = DecoderFactory.get().binaryDecoder(event, FRAME_BYTES, event.length - FRAME_BYTES, decoder);
        header = reader.read(header, decoder);
        end = event.length - decoder.inputStream().available();
    }

    /** Where in the event the bytes behind the header begin. */
    int end() {
        return end;
    }

    Utf8 subject() {
        return (Utf8) header.get(subject);
    }

    byte[] hash() {
        return ((GenericFixed) header.get(hash)).bytes();
    }

    int state() {
        return ((GenericData.EnumSymbol) header.get(state)).getSchema().getEnumOrdinal(header.get(state).toString());
    }

    /** Returns {@code subject|item|authority|document number}. */
    byte[] recordKey() {
        Utf8[] parts = {subject(), (Utf8) header.get(item), (Utf8) header.get(authority), (Utf8) header.get(document)};
        int length = parts.length - 1;
        for (Utf8 part : parts) {
            length += part.getByteLength();
        }
        byte[] key = new byte[length];
        int at = 0;
        for (Utf8 part : parts) {
            if (at > 0) {
                key[at++] = '|';
            }
            System.arraycopy(part.getBytes(), 0, key, at, part.getByteLength());
            at += part.getByteLength();
        }
        return key;
    }
}
