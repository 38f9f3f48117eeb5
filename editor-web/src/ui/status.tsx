import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals';
import {
  CloudAlert,
  CloudCheck,
  CloudOff,
  CloudUpload,
  Eye,
  type IconNode,
  Lock,
  RefreshCw,
  TriangleAlert,
} from 'lucide';
import type { Status, StatusKind } from '../collab/status';
import { words } from '../i18n';
import { Icon } from './icon';

/** "Saved" waits this long, so that it does not flicker while somebody types; the other way there is no wait. */
const SAVED_AFTER_MS = 450;
/** A status is announced once it has stood this long. */
const ANNOUNCE_AFTER_MS = 1_200;

const icons: Record<StatusKind, IconNode> = {
  loading: RefreshCw,
  saved: CloudCheck,
  saving: CloudUpload,
  offline: CloudOff,
  reconnecting: RefreshCw,
  readOnly: Eye,
  outdated: TriangleAlert,
  refused: CloudAlert,
  signIn: Lock,
  noAccess: Lock,
  deleted: TriangleAlert,
};

/** The words for a status. */
export function statusWords({ kind, changes, kept }: Status): string {
  const { status } = words.value;
  switch (kind) {
    case 'offline':
      if (changes === 0) return status.offline;
      return kept ? status.offlineKept(changes) : status.offlineLoose(changes);
    case 'reconnecting':
      if (changes === 0) return status.reconnecting;
      return kept ? status.reconnectingKept(changes) : status.reconnectingLoose(changes);
    case 'readOnly':
      return changes === 0 ? status.readOnly : status.readOnlyPending(changes);
    case 'refused':
      return kept ? status.refused(changes) : status.refusedLoose(changes);
    default:
      return status[kind];
  }
}

/** What is true about saving, in words; calm to the eye, and to screen readers only what changes for long. */
export function StatusLine({ status }: { status: ReadonlySignal<Status> }) {
  const shown = useSignal(status.peek());
  const announced = useSignal('');

  useSignalEffect(() => {
    const next = status.value;
    const last = shown.peek();
    // The count of changes moves with every key, the words seldom.
    if (next.kind === last.kind && statusWords(next) === statusWords(last)) return undefined;
    if (next.kind !== 'saved') {
      shown.value = next;
      return undefined;
    }
    const timer = setTimeout(() => (shown.value = next), SAVED_AFTER_MS);
    return () => clearTimeout(timer);
  });

  useSignalEffect(() => {
    const { value } = shown;
    if (value.kind === 'saving') return undefined; // comes and goes with every key
    const text = statusWords(value);
    const timer = setTimeout(() => (announced.value = text), ANNOUNCE_AFTER_MS);
    return () => clearTimeout(timer);
  });

  const { kind } = shown.value;
  return (
    <div class={`status status-${kind}`} data-status={kind}>
      <span class="status-shown" data-tip={words.value.status.hint[kind]}>
        <Icon of={icons[kind]} size={16} />
        <span class="status-words">{statusWords(shown.value)}</span>
      </span>
      <span class="unseen" role="status" aria-live="polite">
        {announced.value}
      </span>
    </div>
  );
}
