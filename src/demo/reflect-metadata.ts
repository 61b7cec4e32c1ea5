/**
 * @peculiar/x509 wires itself by tsyringe, which refuses to load without the metadata functions of `Reflect` and asks them
 * only for what compiled decorators left there: nothing in its own build. Import this file before that package.
 */
const nothing = () => undefined;

for (const name of ["getMetadata", "getOwnMetadata", "defineMetadata"]) {
  if (!(name in Reflect)) Object.defineProperty(Reflect, name, { value: nothing, configurable: true });
}
