/** The keys of the tools around the text; they work wherever the keyboard is on the page. */

export const toolKeys = {
  find: 'Mod-F',
  replace: 'Mod-H',
  outline: 'Mod-Alt-O',
  focus: 'Mod-Shift-F',
  help: 'Mod-/',
} as const;

export type ToolKey = keyof typeof toolKeys;

const mac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & {
  getModifierState?: (name: string) => boolean;
};

/** Which tool a key asks for. AltGr, which writes letters, is not Ctrl and Alt. */
export function toolOf(event: Pressed, onMac = mac): ToolKey | null {
  const mod = onMac ? event.metaKey : event.ctrlKey;
  if (!mod || event.getModifierState?.('AltGraph')) return null;
  const pressed = `Mod${event.altKey ? '-Alt' : ''}${event.shiftKey ? '-Shift' : ''}`;
  const is = (keys: string) => {
    const at = keys.lastIndexOf('-');
    const key = keys.slice(at + 1);
    // With Alt a key writes something else; a slash may need Shift.
    const same = event.key.toUpperCase() === key || (event.altKey && event.code === `Key${key}`);
    return same && (keys.slice(0, at) === pressed || (key === '/' && !event.altKey));
  };
  return (Object.keys(toolKeys) as ToolKey[]).find((name) => is(toolKeys[name])) ?? null;
}
