import { beforeEach, describe, expect, test } from 'vitest';
import { Acknowledgements } from './acknowledgements';

const bytes = (hex: string) => new Uint8Array(hex.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []);
const name = '04646f6331'; // doc1
const stepOne = bytes(`${name}000001 00`.replace(/ /g, ''));
const stepTwo = bytes(`${name}0001020000`);
const update = bytes(`${name}0002020000`);
const acknowledged = bytes(`${name}0801`);
const refused = bytes(`${name}0800`);

let counts: Acknowledgements;
beforeEach(() => {
  counts = new Acknowledgements();
});

function settle(): void {
  counts.sent(stepOne);
  counts.received(stepOne);
  counts.sent(stepTwo);
  counts.received(stepTwo);
  counts.received(acknowledged);
}

describe('a connection', () => {
  test('is clean only when both sides have told each other everything and it is acknowledged', () => {
    counts.sent(stepOne);
    expect(counts.clean).toBe(false);
    counts.received(stepOne);
    counts.sent(stepTwo);
    counts.received(stepTwo);
    expect(counts).toMatchObject({ settled: true, clean: false, outstanding: 1 });
    counts.received(acknowledged);
    expect(counts.clean).toBe(true);
  });

  test('is not clean by the acknowledgement of an update sent before the handshake', () => {
    counts.sent(update);
    counts.sent(stepOne);
    counts.received(acknowledged);
    expect(counts.clean).toBe(false);
    counts.sent(stepTwo);
    counts.received(stepTwo);
    expect(counts.clean).toBe(false);
  });

  test('counts every update once', () => {
    settle();
    counts.sent(update);
    counts.sent(update);
    counts.received(acknowledged);
    expect(counts).toMatchObject({ outstanding: 1, clean: false });
    counts.received(acknowledged);
    expect(counts.clean).toBe(true);
  });

  test('is never clean after a refusal', () => {
    settle();
    counts.sent(update);
    counts.received(refused);
    expect(counts).toMatchObject({ outstanding: 0, refused: 1, clean: false });
  });

  test('owes nothing to the one before', () => {
    settle();
    counts.sent(update);
    counts.reset();
    expect(counts).toMatchObject({ outstanding: 0, settled: false, clean: false });
  });

  test('reads addresses longer than 127 bytes, and passes over pings and awareness', () => {
    counts.sent(bytes('09'));
    counts.received(bytes('0a'));
    counts.sent(bytes(`${name}0100`));
    expect(counts.outstanding).toBe(0);
    counts.sent(new Uint8Array([0xc8, 0x01, ...new Array(200).fill(0x61), 0, 2, 2, 0, 0]));
    expect(counts.outstanding).toBe(1);
  });
});
