/** This browser as the element sees it: the page's storage is not the editor's to fill, unless the page wants it to. */
import { keepInMemory } from '../collab/keep';

export { online, visit } from '../ui/device';

export const keep = keepInMemory();
