import { expect, test } from 'vitest';
import { DependencyContacts } from './dependency-contacts.ts';

test('Redis is away from the first fault of the store to its next answer', () => {
  const contacts = new DependencyContacts();
  expect(contacts.redisUp).toBe(true);
  contacts.failed('store_unreachable', 1);
  expect(contacts.redisUp).toBe(false);
  contacts.storeAnswered();
  expect(contacts.redisUp).toBe(true);
});

test('Kafka is away from a fault of the log to the next heartbeat', () => {
  const contacts = new DependencyContacts();
  expect(contacts.kafkaUp(Number.NEGATIVE_INFINITY)).toBe(true);
  contacts.failed('read_failed', 10);
  expect(contacts.kafkaUp(9)).toBe(false);
  expect(contacts.kafkaUp(11)).toBe(true);
});

test('what is sent again because it was not valid says nothing about the brokers', () => {
  const contacts = new DependencyContacts();
  contacts.failed('not_valid', 10);
  expect([contacts.redisUp, contacts.kafkaUp(9)]).toEqual([true, true]);
});
