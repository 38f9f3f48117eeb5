/** Who one is on this device. */
import { Identity } from '../collab/identity';
import { words } from '../i18n';
import { keep } from '../ui/device';

export const identity = new Identity(keep, words.peek().people.names, Math.random);
