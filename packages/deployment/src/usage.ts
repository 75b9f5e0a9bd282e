import { usageErrors } from "@sysext-kiln/error";

/** Makes an error about what a person asked for. */
export const usage = usageErrors("./kiln deploy kubernetes --help shows examples");
