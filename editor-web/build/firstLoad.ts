/** As much of the bundler's view of a module as is needed here. */
interface ModuleInfo {
  readonly importedIds: readonly string[];
}

interface Context {
  getModuleInfo(id: string): ModuleInfo | null;
}

/** What is there at once, and what a document asks for next. */
const STARTS = { shell: '/src/main.tsx', document: '/src/documents/page.tsx' } as const;

interface Group {
  readonly name: (id: string, context: Context) => string | null;
  readonly priority: number;
}

/**
 * Two files for what the first load needs at once; everything else is the bundler's to place.
 *
 * By itself the bundler makes a file of whatever a part that comes later uses too. Each of them compresses less well,
 * and all are needed at once anyway. What both need belongs to the first, which goes first.
 */
export function firstLoad(): Group[] {
  return [group('shell', 2), group('document', 1)];
}

function group(name: keyof typeof STARTS, priority: number): Group {
  const start = process.cwd() + STARTS[name];
  let modules: ReadonlySet<string> | undefined;
  return {
    priority,
    name: (id, context) => {
      modules ??= reached(start, context);
      return id !== start && modules.has(id) ? name : null;
    },
  };
}

/** All modules that this one imports, at any distance. */
function reached(start: string, context: Context): Set<string> {
  const found = new Set<string>();
  const waiting = [start];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(context.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}
