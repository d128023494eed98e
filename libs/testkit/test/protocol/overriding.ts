/** `target` with some methods replaced: where a test lets a process die, wait, or lose a reply. The rest works as before. */
export function overriding<T extends object>(target: T, replaced: Partial<T>): T {
  return new Proxy(target, {
    get(real, name): unknown {
      if (name in replaced) return Reflect.get(replaced, name);
      const member: unknown = Reflect.get(real, name);
      return typeof member === 'function' ? (member.bind(real) as unknown) : member;
    },
  });
}
