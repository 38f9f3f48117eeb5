import { say } from './toast';

/** Put a text on the clipboard, and tell the person whether it is there. */
export async function copy(
  text: string,
  names: { readonly copied: string; readonly notCopied: string },
): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(names.copied);
  } catch {
    say(names.notCopied);
  }
}
