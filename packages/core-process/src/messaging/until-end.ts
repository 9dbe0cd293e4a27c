/** What comes, one by one, until the error that means the end. */
export async function* untilEnd<T>(
  take: () => Promise<T>,
  End: new (...args: never[]) => Error,
): AsyncGenerator<T, void, undefined> {
  for (;;) {
    let value: T;
    try {
      value = await take();
    } catch (error) {
      if (error instanceof End) return;
      throw error;
    }
    yield value;
  }
}
