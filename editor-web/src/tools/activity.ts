/** Notices when nobody is at this window, and tells the others: rarely, because it changes rarely. */
import type { Activity, Presence } from '../collab/presence';

/** Nothing typed, moved or touched for this long: idle. */
export const IDLE_AFTER_MS = 3 * 60_000;
/** The window has been out of sight for this long: away. */
export const AWAY_AFTER_MS = 60_000;

const SIGNS = ['keydown', 'pointermove', 'pointerdown', 'wheel', 'touchstart'] as const;

export class ActivityWatch {
  readonly #presence: Presence;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;

  constructor(presence: Presence) {
    this.#presence = presence;
    for (const sign of SIGNS) addEventListener(sign, this.#seen, { capture: true, passive: true });
    document.addEventListener('visibilitychange', this.#turned);
    this.#begin();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    for (const sign of SIGNS) removeEventListener(sign, this.#seen, { capture: true });
    document.removeEventListener('visibilitychange', this.#turned);
  }

  readonly #seen = (): void => {
    const now = Date.now();
    // Once a second is enough for a wait of minutes.
    if (now - this.#last < 1_000) return;
    this.#last = now;
    this.#begin();
  };

  readonly #turned = (): void => {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') this.#begin();
    else this.#timer = setTimeout(() => this.#tell('away'), AWAY_AFTER_MS);
  };

  #begin(): void {
    clearTimeout(this.#timer);
    this.#tell('active');
    this.#timer = setTimeout(() => this.#tell('idle'), IDLE_AFTER_MS);
  }

  #tell(activity: Activity): void {
    this.#presence.setActivity(activity);
  }
}
