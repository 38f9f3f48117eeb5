/**
 * The version of the schema, told to the server at the socket.
 *
 * Raised by a person whenever an editor with the schema before would lose what one with this can write; `make schema`
 * refuses a changed schema under the same number.
 */
export const SCHEMA_VERSION = 2;
