/** An object with some of its methods replaced, as one that is wrong would have them. */
export function spoiled<T extends object>(inner: T, changes: Partial<T>): T {
  return new Proxy(inner, {
    get: (target, name) => {
      const own: unknown = Reflect.get(changes, name);
      if (own !== undefined) return own;
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => Reflect.apply(member, target, args);
    },
  });
}
