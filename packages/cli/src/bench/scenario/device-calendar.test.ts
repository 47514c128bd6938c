import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LeavePlan } from '../load-plan.js';
import { SeededRandom } from '../seeded-random.js';
import { type Absence, DeviceCalendar } from './device-calendar.js';

const LEAVE: LeavePlan = { when: { after: [2, 4] }, away: [1, 2], how: 'abrupt', share: 1 };
const STORM: LeavePlan = { when: { at: 10 }, away: [0.5, 3], how: 'clean', share: 1 };

function calendarOf(leave: readonly LeavePlan[], device = 0, seed = 1, warmUpUs = 0): Absence[] {
  const group = new SeededRandom(seed);
  const random = { group, own: group.fork('device', device) };
  const calendar = new DeviceCalendar(leave, device, random, warmUpUs);
  return Array.from({ length: 20 }, () => calendar.next()).filter((one) => one !== undefined);
}

test('DeviceCalendar has a device go and come back, in its times, again and again', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      let backUs = 0;
      const absences = calendarOf([LEAVE], 3, seed);
      assert.equal(absences.length, 20);
      for (const { fromUs, toUs } of absences) {
        assert.ok(fromUs - backUs >= 2e6 && fromUs - backUs <= 4e6);
        assert.ok(toUs - fromUs >= 1e6 && toUs - fromUs <= 2e6);
        backUs = toUs;
      }
    }),
  );
});

test('DeviceCalendar is the same for the same seed and device, and another for others', () => {
  assert.deepEqual(calendarOf([LEAVE], 3, 7), calendarOf([LEAVE], 3, 7));
  assert.notDeepEqual(calendarOf([LEAVE], 3, 7), calendarOf([LEAVE], 4, 7));
  assert.notDeepEqual(calendarOf([LEAVE], 3, 7), calendarOf([LEAVE], 3, 8));
});

test('DeviceCalendar has all go at once in a storm, after the warm-up', () => {
  for (let device = 0; device < 10; device++) {
    const [absence, ...others] = calendarOf([STORM], device, 1, 5e6);
    assert.equal(absence!.fromUs, 15e6);
    assert.deepEqual([absence!.how, others], ['clean', []]);
  }
});

test('DeviceCalendar leaves out what would begin while the device is away', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const absences = calendarOf([LEAVE, STORM, { ...LEAVE, away: [3, 9] }], 0, seed);
      for (const [at, { fromUs }] of absences.entries()) {
        assert.ok(fromUs >= (absences[at - 1]?.toUs ?? 0));
      }
    }),
  );
});

test('DeviceCalendar takes the share of the devices that it is told', () => {
  for (const share of [0.1, 0.25, 0.5, 1]) {
    const going = Array.from({ length: 100 }, (_, device) =>
      calendarOf([{ ...LEAVE, share }], device),
    ).filter((absences) => absences.length > 0);
    assert.equal(going.length, share * 100);
  }
});
