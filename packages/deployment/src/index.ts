export { kubernetesDeployment, type KubernetesDeployment, type KubernetesRequest } from "./kubernetes.ts";
export { passwordOf, writeOverlay, type Password } from "./overlay.ts";
export { newPassword, readPassword } from "./password.ts";
export { renderKustomization } from "./render.ts";
export { usage } from "./usage.ts";
