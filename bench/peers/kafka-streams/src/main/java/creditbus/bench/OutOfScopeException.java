package creditbus.bench;

/** The load holds an event that this job has no rule for. */
final class OutOfScopeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfScopeException(String message) {
        super(message);
    }
}
