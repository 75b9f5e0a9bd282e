package main

import (
	"net"
	"sync"
)

// limitedListener accepts a connection only while there are fewer than a number of them.
type limitedListener struct {
	net.Listener
	slots chan struct{}
}

func limitConnections(listener net.Listener, most int) net.Listener {
	return limitedListener{listener, make(chan struct{}, most)}
}

func (l limitedListener) Accept() (net.Conn, error) {
	l.slots <- struct{}{}
	release := sync.OnceFunc(func() { <-l.slots })
	connection, err := l.Listener.Accept()
	if err != nil {
		release()
		return nil, err
	}
	return limitedConnection{connection, release}, nil
}

type limitedConnection struct {
	net.Conn
	release func()
}

func (c limitedConnection) Close() error {
	defer c.release()
	return c.Conn.Close()
}
