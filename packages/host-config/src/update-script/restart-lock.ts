import type { Definition } from "@sysext-kiln/extension";

/**
 * A shell function of the update script, `lock acquire` and `lock release`. Whoever acquires it keeps it for as long as a
 * trial and the way back may take, and whoever has it already has it for that long again.
 */
export function restartLock({ restartLock: program, healthySeconds }: Definition["hosts"]): string {
  if (program === undefined) {
    return `# Hosts of this extension need not restart one after the other.
lock() { :; }
`;
  }
  const seconds = 2 * healthySeconds + 60;
  return `lock() {
	LOCK_SECONDS=${seconds} timeout 60 sh -euc "$lock_program" restart-lock "$1"
}

lock_program=$(
	cat <<'END'
${program.trimEnd()}
END
)
`;
}
