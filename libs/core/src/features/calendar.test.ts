import { describe, expect, it } from 'vitest';
import { calendarOf } from './calendar.ts';

const at = (text: string): ReturnType<typeof calendarOf> => calendarOf(Date.parse(text));

describe('the calendar', () => {
  it('puts the time of day on a circle', () => {
    expect(at('2026-05-14T00:00:00.000Z')).toMatchObject({ hourSin: 0, hourCos: 1 });
    expect(at('2026-05-14T06:00:00.000Z')).toMatchObject({ hourSin: 1 });
    expect(at('2026-05-14T12:00:00.000Z')).toMatchObject({ hourCos: -1 });
  });

  it('calls the hours 0 to 6 night', () => {
    expect(at('2026-05-14T06:59:59.999Z').isNight).toBe(true);
    expect(at('2026-05-14T07:00:00.000Z').isNight).toBe(false);
    expect(at('2026-05-14T23:59:59.999Z').isNight).toBe(false);
    expect(at('2026-05-14T00:00:00.000Z').isNight).toBe(true);
  });

  it('calls Saturday and Sunday weekend, before 1970 too', () => {
    expect(at('2026-05-15T23:59:59.999Z').isWeekend).toBe(false);
    expect(at('2026-05-16T00:00:00.000Z').isWeekend).toBe(true);
    expect(at('2026-05-17T23:59:59.999Z').isWeekend).toBe(true);
    expect(at('2026-05-18T00:00:00.000Z').isWeekend).toBe(false);
    expect(at('1969-12-28T12:00:00.000Z')).toMatchObject({ isWeekend: true, isNight: false, hourCos: -1 });
  });
});
