"""`loyalty`, the operator's command line: accounts, customers, bulk work from files, jobs.

Each command group is a module; `commands.command` gives every command its common options, its session and its way
to fail. Configuration and customers are reached in the tables, with the operator's own AWS credentials; imports,
registrations, earns and jobs go through the HTTP API, as clients' do.
"""
