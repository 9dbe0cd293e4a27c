import fcntl, json, os, random, sys, time

database, name = sys.argv[1:]

with open(database + ".lock", "a") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    with open(database) as file:
        content = json.load(file)
    if content["tickets"] == 0:
        sys.exit(name + " found none left")
    time.sleep(random.uniform(0.01, 0.03))
    ticket = max((sale["ticket"] for sale in content["sales"]), default=0) + 1
    content["tickets"] -= 1
    content["sales"].append({"ticket": ticket, "buyer": name})
    with open(database + ".new", "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(database + ".new", database)
    print(name, "has ticket", ticket)
