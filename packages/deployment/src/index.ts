export { kubernetesDeployment, type KubernetesDeployment, type KubernetesRequest } from "./kubernetes.ts";
export { passwordOf, renderKustomization, writeOverlay, type Password } from "./overlay.ts";
export { newPassword, readPassword } from "./password.ts";
export { usage } from "./usage.ts";
