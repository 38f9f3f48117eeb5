/** Which addresses a link may have, judged in one place for typing, pasting and opening. */

export const LINK_PROTOCOLS = ['http', 'https', 'mailto', 'tel'] as const;

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const MAIL = /^[^\s@/:]+@[^\s@/]+\.[^\s@/]+$/;
const HOST = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(:\d+)?([/?#]|$)/u;
const PORT = /^[a-z0-9.-]+:\d+([/?#]|$)/i;
/** Browsers skip these inside a scheme, so `java\nscript:` would run. */
const SKIPPED = /[\p{Cc}\p{Zs}\u200b-\u200d\ufeff]/gu;

/** The address as it may be stored, completed by a scheme where it has none; `null` where it may not. */
export function allowedLink(typed: string): string | null {
  const address = typed.trim();
  const bare = address.replace(SKIPPED, '');
  if (!bare) return null;
  if (MAIL.test(bare)) return `mailto:${bare}`;
  const scheme = SCHEME.exec(bare)?.[1]?.toLowerCase();
  if (scheme && (LINK_PROTOCOLS as readonly string[]).includes(scheme)) {
    return bare.length > scheme.length + 1 ? address.replace(/\s+/g, '%20') : null;
  }
  if (scheme && !PORT.test(bare)) return null;
  return HOST.test(bare) || PORT.test(bare) ? `https://${bare}` : null;
}
