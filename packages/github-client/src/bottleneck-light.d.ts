/** What the throttling plugin uses as well: the package without its storage in Redis, and without types of its own. */
declare module "bottleneck/light.js" {
  export { default } from "bottleneck";
}
