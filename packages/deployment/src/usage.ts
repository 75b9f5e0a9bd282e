import { usageErrors } from "@sysext-kiln/error";

/** Makes an error about the options. */
export const usage = usageErrors("./kiln deploy kubernetes --help shows examples");
