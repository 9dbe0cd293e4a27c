/** An error, in words for a person where we have them; the code stays, for whoever looks it up. */
import { words } from '../settings.js';

export function Failure({
  error,
}: {
  readonly error: { readonly code: string | undefined; readonly message: string };
}) {
  const w = words();
  const text = error.code === undefined ? undefined : w.errors[error.code];
  return (
    <p class="failure" role="alert">
      {text ?? error.message} {error.code !== undefined && <span class="mono">{error.code}</span>}
    </p>
  );
}
