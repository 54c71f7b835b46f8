"""Programs that try and measure the real window: a monkey that is killed, a heartbeat, the table of the window's figures."""
