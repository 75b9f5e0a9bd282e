/** A configuration with which two builds of keepalived are compared. */
export interface KeepalivedConfiguration {
  name: string;
  /** Files by their paths in the root file system. */
  files: Readonly<Record<string, string>>;
  /** What keepalived prints if it does what the name says. */
  shows: readonly string[];
}

const main = "etc/keepalived/keepalived.conf";
const named = "global_defs {\n  router_id test\n}\n";

/** An instance with lines of its own. */
function instance(name: string, id: number, ...lines: readonly string[]): string {
  const all = ["interface eth0", `virtual_router_id ${id}`, ...lines];
  return `vrrp_instance ${name} {\n  ${all.join("\n  ")}\n  virtual_ipaddress {\n    192.0.2.${id}/24\n  }\n}\n`;
}

const global = (...lines: readonly string[]) =>
  `global_defs {\n  ${["router_id test", ...lines].join("\n  ")}\n}\n`;

/** Each of them once behaved differently against musl, or uses a function that could. */
export const keepalivedConfigurations: readonly KeepalivedConfiguration[] = [
  {
    name: "a real-time priority",
    files: { [main]: global("vrrp_rt_priority 20", "vrrp_priority -5") + instance("one", 51) },
    shows: ["status 0", "nice, real-time priority, policy: 0 20 2"],
  },
  {
    name: "a nice value",
    files: { [main]: global("vrrp_priority -5") + instance("one", 51) },
    shows: ["status 0", "nice, real-time priority, policy: -5 0 0"],
  },
  {
    name: "an include with braces",
    files: {
      [main]: `${named}include conf.d/{a,b}*.conf\n`,
      "etc/keepalived/conf.d/a1.conf": instance("one", 51),
      "etc/keepalived/conf.d/b/none": "",
      "etc/keepalived/conf.d/b1.conf": instance("two", 52),
      "etc/keepalived/conf.d/c.conf": instance("three", 53),
    },
    shows: ["status 0", "VRRP Instance = one", "VRRP Instance = two"],
  },
  {
    name: "an include with patterns in folders and in braces",
    files: {
      [main]: `${named}include conf.d/?/{x/,}[a]*.conf\n`,
      "etc/keepalived/conf.d/1/x/a.conf": instance("one", 51),
      "etc/keepalived/conf.d/2/a.conf": instance("two", 52),
      "etc/keepalived/conf.d/2/b.conf": instance("three", 53),
      "etc/keepalived/conf.d/2/.c.conf": instance("four", 54),
    },
    shows: ["status 0", "VRRP Instance = one", "VRRP Instance = two"],
  },
  {
    name: "an include that finds nothing",
    files: { [main]: `${named}include none.conf\ninclude conf.d/*.conf\n${instance("one", 51)}` },
    shows: ["status 0"],
  },
  ...["includer", "includem", "includew", "includeb", "includea"].flatMap((keyword) =>
    ["none.conf", "none/*.conf", "{main,none}.conf", "m*.conf"].map((pattern) => ({
      name: `${keyword} ${pattern}`,
      files: { [main]: `${named}${keyword} ${pattern}\n`, "etc/keepalived/main.conf": instance("one", 51) },
      shows: ["status "],
    })),
  ),
  {
    name: "include_check",
    files: { [main]: `${global("include_check")}include none.conf\n${instance("one", 51)}` },
    shows: ["status 6", "none.conf"],
  },
  {
    name: "a user and a group for scripts that only NSS knows",
    files: {
      [main]:
        global("script_user remote others", "enable_script_security") +
        'vrrp_script check {\n  script "/usr/bin/true"\n}\n' +
        instance("one", 51, "track_script {\n    check\n  }"),
    },
    shows: ["status 0", "Default script uid:gid 4711:4713"],
  },
  {
    name: "a user that nothing knows",
    files: { [main]: global("script_user nobody-at-all") + instance("one", 51) },
    shows: ["status 5", "Error setting global script uid/gid"],
  },
  {
    name: "a protocol by its name",
    files: {
      [main]:
        named +
        instance("one", 51, "virtual_rules {\n    from 192.0.2.7 ipproto sctp table 100 preference 99\n  }"),
    },
    shows: ["status 0", "ipproto 132"],
  },
  {
    name: "a mail server by its name",
    files: {
      [main]:
        global("smtp_server localhost", "notification_email {\n    a@example.com\n  }") + instance("one", 51),
    },
    shows: ["status 0", "127.0.0.1"],
  },
  {
    name: "parameters, conditions and sequences",
    files: {
      [main]: `${named}$IP=192.0.2\n@^none ${instance("one", 51, "priority 7").replaceAll("192.0.2", "${IP}")}
vrrp_instance two {
  interface eth0
  virtual_router_id 52
  virtual_ipaddress {
~SEQ(LAST, 60, 62) \${IP}.\${LAST}/24
  }
}
`,
    },
    shows: ["status 0", "192.0.2.62/24"],
  },
  {
    name: "checks of servers",
    files: {
      [main]: `${named}virtual_server 192.0.2.9 443 {
  lvs_sched rr
  lvs_method NAT
  protocol TCP
  real_server 192.0.2.10 443 {
    SSL_GET {
      url {
        path /
        regex "^[a-z]+\\d"
        status_code 200
      }
    }
  }
  real_server 192.0.2.11 443 {
    DNS_CHECK {
      type A
      name example.com
    }
  }
}
`,
    },
    shows: ["status 0"],
  },
  {
    name: "BFD",
    files: {
      [main]: `${named}bfd_instance peer {\n  neighbor_ip 192.0.2.2\n  source_ip 192.0.2.1\n}\n${instance("one", 51, "track_bfd {\n    peer weight 5\n  }")}`,
    },
    shows: ["status 0", "peer"],
  },
];
