/**
 * What the primitives have to know of the state that they share: words of their own, and one row for each client.
 *
 * | shared    | content                       |
 * | --------- | ----------------------------- |
 * | i32 0–31  | of the back end               |
 * | i32 32–59 | of the primitive              |
 * | f64 30    | token of the last grant       |
 *
 * | row     | content                                                                       |
 * | ------- | ----------------------------------------------------------------------------- |
 * | i32 0   | generation                                                                    |
 * | i32 1   | process id                                                                    |
 * | i32 2–3 | what the client has of the primitive; zero when its slot is taken            |
 * | f64 2   | since when, as `Date.now()` counts                                           |
 * | f64 3   | token of its last grant                                                      |
 */

/** Bytes of what all clients share, before the rows. */
export const SHARED_SIZE = 256;
/** First shared word that belongs to the primitive. */
export const FIRST_SHARED = 32;
/** And the one behind the last. */
export const END_OF_SHARED = 60;
/** Of the last grant's token, among the shared 64-bit numbers. */
export const TOKEN = 30;
export const GENERATION = 0;
export const PID = 1;
/** First word of a row that belongs to the primitive. */
export const FIRST_OWN = 2;
/** Words of a row where the 64-bit numbers begin. */
export const SINCE = 4;
export const LAST_TOKEN = 6;
