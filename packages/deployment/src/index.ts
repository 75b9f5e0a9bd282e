export { kubernetesDeployment, type KubernetesDeployment, type KubernetesRequest } from "./kubernetes.ts";
export { passwordOf, renderKustomization, writeOverlay, type Hmac, type Password } from "./overlay.ts";
export { hmacKeysFor, missingHmacKeys, type HmacKeys } from "./hmac-keys.ts";
export { newPassword, readPassword } from "./password.ts";
export { usage } from "./usage.ts";
