#!/usr/bin/env escript
%% -*- erlang -*-
%%! +Bd -noinput
%% SPDX-License-Identifier: Apache-2.0
%%
%% A subscriber of ConfD and NSO event notifications: gen_tcp and the standard library, one file.
%%
%% Prints each event as a line of JSON, as `confd-listen --format json` does (the schema is
%% docs/notification.schema.json), and then acknowledges it when somebody waits for that:
%%
%%     CONFD_IPC_PORT=4565 examples/subscriber.erl
%%
%% It asks for streams as the vendor's Erlang client does, with UseIKP 1: tags come by name, and an
%% application matches on ['urn:example'|'link-down']. JSON has their hashes, which are
%% erlang:phash2/2 of the names, and the names beside them.
%%
%% What it asks for comes from the environment, under the names by which the conformance kit tells a
%% client under test what a case needs (docs/conformance.md): CONFD_CONFORMANCE_MASK, _HEARTBEAT,
%% _HEALTH_CHECK, _VERBOSITY, _STREAM, _START, _STOP, _FILTER, _USID, _RELEASE and _PRODUCT. Without
%% them it asks ConfD 7.8 for everything but streams, heartbeats and health checks.
%%
%% Exit codes: 0 the server closed, or SIGTERM; 1 the connection broke off, or an event was
%% malformed; 3 could not connect, or was refused.
%%
%% binary_to_term/1 makes atoms of what the server writes as atoms, the names of its data models
%% among them. They are never collected: this is for a server that you trust.
-mode(compile).

%% Mask bits (docs/protocol.md, section 5.1).
-define(AUDIT, 1).
-define(TAKEOVER_SYSLOG, 4).
-define(COMMIT_DIFF, 16).
-define(HA_INFO, 64).
-define(HEARTBEAT, 8192).
-define(AUDIT_SYNC, (1 bsl 17)).
-define(HEALTH_CHECK, (1 bsl 18)).
-define(STREAM_EVENT, (1 bsl 19)).
-define(HA_INFO_SYNC, (1 bsl 20)).
-define(AUDIT_NETWORK, (1 bsl 28)).
-define(AUDIT_NETWORK_SYNC, (1 bsl 29)).
-define(SINCE_7, (2#111111 bsl 24)).
-define(NSO_ONLY, (2#110011 bsl 24 bor 2#11 bsl 21)).

%% The server decides what it sends, and we what we take.
-define(MAX_FRAME, 16 * 1024 * 1024).
%% Milliseconds until we are subscribed; after that an event may take as long as it likes.
-define(PATIENCE, 10000).

main(_) ->
    ok = io:setopts([{encoding, unicode}]),
    try
        Mask = mask(),
        follow(subscribe(Mask), Mask, 0)
    of
        Status -> halt(Status)
    catch
        throw:Why ->
            io:format(standard_error, "subscriber.erl: ~ts~n", [Why]),
            halt(3)
    end.

%% ---- What to ask for ----

setting(Name, Default) -> variable("CONFD_CONFORMANCE_" ++ Name, Default).

variable(Name, Default) ->
    case os:getenv(Name, "") of
        "" -> Default;
        Value -> Value
    end.

number(Name, Default) ->
    case string:to_integer(setting(Name, Default)) of
        {Number, ""} -> Number;
        _ -> throw(Name ++ " is no number")
    end.

nso() -> setting("PRODUCT", "confd") =:= "nso".

release() ->
    [Major, Minor | _] = [list_to_integer(Part)
                          || Part <- string:lexemes(setting("RELEASE", "7.8"), ".")],
    {Major, Minor}.

mask() ->
    case number("MASK", "0") of
        0 -> everything();
        Mask -> Mask
    end.

%% Each bit below COMPACTION, but those that need more than a bit, or a newer server. The daemon
%% keeps its syslog.
everything() ->
    Without = [?TAKEOVER_SYSLOG, ?HEARTBEAT, ?HEALTH_CHECK, ?STREAM_EVENT]
        ++ [?NSO_ONLY || not nso()] ++ [?SINCE_7 || release() < {7, 0}],
    lists:foldl(fun(Bits, Mask) -> Mask band bnot Bits end, 1 bsl 30 - 1, Without).

subscription(Mask) ->
    Wanted = fun(Bit) -> Mask band Bit =/= 0 end,
    Interval = fun(Bit, Name) ->
                       case Wanted(Bit) of
                           true -> number(Name, "1000");
                           false -> 0
                       end
               end,
    Stream = case Wanted(?STREAM_EVENT) of
                 true -> stream(time(setting("START", "")));
                 false -> undefined
             end,
    Verbosity = [number("VERBOSITY", "0") || release() >= {7, 0}],
    list_to_tuple([Mask, Interval(?HEARTBEAT, "HEARTBEAT"),
                   Interval(?HEALTH_CHECK, "HEALTH_CHECK"), Stream | Verbosity]).

%% There is a stop time only with a start time. The last element is UseIKP: tags by name.
stream(Start) ->
    Stop = case Start of
               undefined -> undefined;
               _ -> time(setting("STOP", ""))
           end,
    Filter = case setting("FILTER", "") of
                 "" -> undefined;
                 XPath -> unicode:characters_to_binary(XPath)
             end,
    {list_to_atom(setting("STREAM", "NETCONF")), Start, Stop, Filter, number("USID", "0"), 1}.

%% RFC 3339 as a DATETIME value.
time("") -> undefined;
time(Text) ->
    {Local, Zone} = lists:split(19, Text),
    {ok, [Y, Mo, D, H, Mi, S], ""} = io_lib:fread("~d-~d-~dT~d:~d:~d", Local),
    {Fraction, Offset} = lists:splitwith(fun(C) -> C =:= $. orelse C >= $0 andalso C =< $9 end,
                                         Zone),
    Micro = list_to_integer(lists:sublist(string:trim(Fraction, leading, ".") ++ "000000", 6)),
    {Hours, Minutes} = offset(Offset),
    {19, {Y, Mo, D, H, Mi, S, Micro, Hours, Minutes}}.

%% Hours and minutes both have the sign.
offset("") -> {[], 0};
offset("Z") -> {0, 0};
offset([Sign | HoursMinutes]) ->
    [Hours, Minutes] = [list_to_integer([Sign | Part])
                        || Part <- string:lexemes(HoursMinutes, ":")],
    {Hours, Minutes}.

%% ---- The connection (sections 1, 2, 4 and 9) ----

subscribe(Mask) ->
    Prefix = case nso() of true -> "NCS_IPC_"; false -> "CONFD_IPC_" end,
    Socket = connect(Prefix),
    handshake(Socket, variable(Prefix ++ "ACCESS_FILE", none)),
    %% From here on everything is a frame: 4 bytes of length, and a term.
    ok = inet:setopts(Socket, [{packet, 4}, {packet_size, ?MAX_FRAME}]),
    send(Socket, subscription(Mask)),
    case receive_term(Socket) of
        ok -> Socket;
        {error, Code, Text} -> throw(io_lib:format("error ~w: ~ts", [Code, Text]));
        Other -> throw(io_lib:format("expected ok or an error, found ~tp", [Other]))
    end.

connect(Prefix) ->
    Options = [binary, {active, false}, {show_econnreset, true}],
    Result = case variable(Prefix ++ "PATH", none) of
                 none ->
                     Host = variable(Prefix ++ "ADDR", "127.0.0.1"),
                     Usual = case nso() of true -> "4569"; false -> "4565" end,
                     Port = list_to_integer(variable(Prefix ++ "PORT", Usual)),
                     Family = [inet6 || {ok, Ip} <- [inet:parse_address(Host)], size(Ip) =:= 8],
                     %% An acknowledgement is small and urgent.
                     Tcp = Family ++ [{nodelay, true} | Options],
                     gen_tcp:connect(Host, Port, Tcp, ?PATIENCE);
                 Path ->
                     gen_tcp:connect({local, Path}, 0, [local | Options], ?PATIENCE)
             end,
    got(Result, "cannot connect").

got({ok, Value}, _) -> Value;
got(ok, _) -> ok;
got({error, Why}, What) -> throw(io_lib:format("~ts: ~tp", [What, Why])).

%% Client id 11 wants events; bit 7 asks for the challenge. We have no arrays of keypaths whose
%% sizes the server would have to know: 0, as the vendor's Erlang client.
handshake(Socket, AccessFile) ->
    {Major, Minor} = release(),
    Challenge = case AccessFile of none -> 0; _ -> 16#80 end,
    Hello = <<(11 bor Challenge), (Major * 10 + Minor):16, Major, Minor, 0:16, 0, 0>>,
    got(gen_tcp:send(Socket, Hello), "hello"),
    AccessFile =:= none orelse prove_secret(Socket, AccessFile),
    case receive_bytes(Socket, 9) of
        <<0, _/binary>> -> ok;
        <<1, Version:16, _/binary>> ->
            throw(io_lib:format("protocol version ~w is not compatible with ours", [Version]));
        <<2, _:48, Depth, Keys>> ->
            throw(io_lib:format("the server needs depth ~w and key length ~w", [Depth, Keys]));
        <<Status, _/binary>> -> throw(io_lib:format("status ~w", [Status]))
    end.

%% The secret is the whole file, newlines included.
prove_secret(Socket, AccessFile) ->
    Secret = got(file:read_file(AccessFile), AccessFile),
    <<11, Challenge/binary>> = receive_bytes(Socket, 17),
    Answer = <<12, (erlang:md5([Secret, Challenge]))/binary>>,
    got(gen_tcp:send(Socket, Answer), "access check"),
    receive_bytes(Socket, 1) =:= <<0>> orelse throw("access denied").

receive_bytes(Socket, Size) -> got(gen_tcp:recv(Socket, Size, ?PATIENCE), "not accepted").

receive_term(Socket) -> binary_to_term(got(gen_tcp:recv(Socket, 0, ?PATIENCE), "not subscribed")).

send(Socket, Term) -> gen_tcp:send(Socket, term_to_binary(Term, [{minor_version, 1}])).

%% Prints and acknowledges events until the server closes.
follow(Socket, Mask, Status) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Payload} -> follow(Socket, Mask, max(Status, take(Socket, Mask, Payload)));
        {error, closed} -> Status;
        {error, _} -> 1
    end.

take(Socket, Mask, Payload) ->
    try decode(Payload) of
        {Event, Line} ->
            %% First printed, then acknowledged: nobody goes on before we are done with it.
            io:put_chars([Line, $\n]),
            Owed = acknowledgement(Event, Mask),
            %% When the server is gone, what it sent before is still to be read.
            Owed =:= none orelse send(Socket, Owed),
            0
    catch
        error:_ ->
            Error = [{code, malformed}, {offset, 0}, {path, <<>>}, {message, <<"no event">>}],
            io:put_chars([json([{error, Error}]), $\n]),
            1
    end.

decode(Payload) ->
    {Event, Size} = binary_to_term(Payload, [used]),
    Size = byte_size(Payload),
    {Event, json(shown(Event))}.

%% What somebody waits for after this event (section 8).
acknowledgement({?AUDIT, _, _, Usid, _}, Mask) when Mask band ?AUDIT_SYNC =/= 0 ->
    {Usid, synced};
acknowledgement({?HA_INFO, _}, Mask) when Mask band ?HA_INFO_SYNC =/= 0 ->
    ha_synced;
acknowledgement(Event, _) when element(1, Event) =:= ?COMMIT_DIFF ->
    {element(4, Event), done};
acknowledgement({?AUDIT_NETWORK, Event}, Mask) when Mask band ?AUDIT_NETWORK_SYNC =/= 0 ->
    {element(1, Event), audit_network_sync};
acknowledgement(_, _) ->
    none.

%% ---- Events (section 6) as JSON: objects are lists of {Key, Value}, texts binaries. Whatever does
%% not match is malformed. ----

shown(Event) ->
    Type = element(1, Event),
    case name(Type) of
        %% A newer server may have events that we do not know.
        unknown ->
            Term = unicode:characters_to_binary(io_lib:format("~0tp", [Event])),
            [{type, max(Type, 0)}, {name, 'UNKNOWN'}, {term, Term}];
        Name ->
            [{type, Type}, {name, Name} | body(Event)]
    end.

name(1) -> 'NOTIF_AUDIT';
name(2) -> 'NOTIF_DAEMON';
name(8) -> 'NOTIF_COMMIT_SIMPLE';
name(16) -> 'NOTIF_COMMIT_DIFF';
name(32) -> 'NOTIF_USER_SESSION';
name(64) -> 'NOTIF_HA_INFO';
name(128) -> 'NOTIF_SUBAGENT_INFO';
name(256) -> 'NOTIF_COMMIT_FAILED';
name(512) -> 'NOTIF_SNMPA';
name(1024) -> 'NOTIF_FORWARD_INFO';
name(2048) -> 'NOTIF_NETCONF';
name(4096) -> 'NOTIF_DEVEL';
name(8192) -> 'NOTIF_HEARTBEAT';
name(1 bsl 14) -> 'NOTIF_CONFIRMED_COMMIT';
name(1 bsl 15) -> 'NOTIF_UPGRADE_EVENT';
name(1 bsl 16) -> 'NOTIF_COMMIT_PROGRESS';
name(1 bsl 18) -> 'NOTIF_HEALTH_CHECK';
name(1 bsl 19) -> 'NOTIF_STREAM_EVENT';
name(1 bsl 21) -> 'NCS_NOTIF_PACKAGE_RELOAD';
name(1 bsl 22) -> 'NCS_NOTIF_CQ_PROGRESS';
name(1 bsl 23) -> 'NOTIF_REOPEN_LOGS';
name(1 bsl 24) -> 'NOTIF_PROGRESS';
name(1 bsl 25) -> 'NCS_NOTIF_CALL_HOME_INFO';
name(1 bsl 26) -> 'NOTIF_JSONRPC';
name(1 bsl 27) -> 'NOTIF_WEBUI';
name(1 bsl 28) -> 'NCS_NOTIF_AUDIT_NETWORK';
name(1 bsl 30) -> 'NOTIF_COMPACTION';
name(1 bsl 31) -> 'NOTIF_SYSTEM_GOING_DOWN';
name(Type) when is_integer(Type) -> unknown.

body({_}) ->
    [];
body({1, Logno, User, Usid, Msg}) when is_integer(Usid) ->
    [{audit, [{logno, Logno}, {user, text(User)}, {usid, Usid}, {msg, text(Msg)}]}];
body({8, Datastore, Uinfo, DiffAvailable, Flags}) ->
    [{commit, [{database, Datastore}, {uinfo, uinfo(Uinfo)}, {diff_available, DiffAvailable},
               {flags, Flags}]}];
body({16, Datastore, Uinfo, Th, Flags}) ->
    body({16, Datastore, Uinfo, Th, Flags, <<>>, <<>>});
body({16, Datastore, Uinfo, Th, Flags, Comment, Label}) when is_integer(Th) ->
    [{commit_diff, [{database, Datastore}, {uinfo, uinfo(Uinfo)}, {tctx, [{th, Th}]},
                    {flags, Flags} | [{Key, Text} || {Key, Text} <- [{comment, Comment},
                                                                     {label, Label}],
                                                     Text =/= <<>>]]}];
body({32, Type, Uinfo, Datastore}) ->
    [{user_sess, [{type, Type}, {uinfo, uinfo(Uinfo)}, {database, Datastore}]}];
body({64, {Type, Data}}) ->
    [{hnot, [{type, Type} | ha(Type, Data)]}];
body({128, {Type, Name}}) ->
    [{subagent, [{type, Type}, {name, text(Name)}]}];
body({256, 2, Datastore, Ip, Port}) ->
    [{cfail, [{provider, 2}, {dbname, Datastore}, {port, Port} | ip(Ip)]}];
body({256, 3, Datastore, Daemon}) ->
    [{cfail, [{provider, 3}, {dbname, Datastore}, {daemon_name, text(Daemon)}]}];
body({256, Provider, Datastore}) ->
    [{cfail, [{provider, Provider}, {dbname, Datastore}]}];
body({512, {1, Time, Ip, Port, Specific, Generic, _, Bindings, _, Enterprise}}) ->
    %% What a trap does not have is shown as 0, as the vendor's library reports it.
    [{snmpa, [{pdu_type, 1}, {request_id, 0}, {error_status, 0}, {error_index, 0},
              {time_stamp, Time}, {port, Port}, {specific_trap, Specific},
              {generic_trap, Generic}, {enterprise, Enterprise} | ip(Ip) ++ bindings(Bindings)]}];
body({512, {Type, Request, Ip, Port, ErrorStatus, ErrorIndex, _, Bindings}}) ->
    [{snmpa, [{pdu_type, Type}, {request_id, Request}, {error_status, ErrorStatus},
              {error_index, ErrorIndex}, {port, Port} | ip(Ip) ++ bindings(Bindings)]}];
body({1024, Type, Target, Uinfo}) ->
    [{forward, [{type, Type}, {target, text(Target)}, {uinfo, uinfo(Uinfo)}]}];
body({Type, Logno, Prio, Msg}) when Type =:= 2; Type =:= 2048; Type =:= 4096;
                                    Type =:= 1 bsl 26; Type =:= 1 bsl 27 ->
    [{syslog, [{logno, Logno}, {prio, Prio}, {msg, text(Msg)}]}];
body({1 bsl 14, Type, Timeout, Uinfo}) ->
    [{confirm, [{type, Type}, {timeout, Timeout}, {uinfo, uinfo(Uinfo)}]}];
body({1 bsl 15, Event}) ->
    [{upgrade, [{event, Event}]}];
body({1 bsl 16, Datastore, Usid, Th, Msg}) ->
    [{progress, [{database, Datastore}, {usid, Usid}, {thandle, Th}, {msg, text(Msg)}]}];
body({Type, Progress}) when Type =:= 1 bsl 16; Type =:= 1 bsl 24 ->
    [{progress, progress(Progress)}];
body({1 bsl 19, Event}) ->
    [{stream, stream_event(Event)}];
body({1 bsl 22, Type, Time, Tag, Id, Completed, Transient, Failed, Services, FailedServices}) ->
    %% Before 7.0 the tag stood before the id, and there was no trace id.
    body({1 bsl 22, Type, Time, Id, Tag, Completed, Transient, Failed, Services, FailedServices,
          undefined});
body({1 bsl 22, Type, {19, Time}, Id, Tag, Completed, Transient, Failed, Services, FailedServices,
      TraceId}) ->
    Columns =
        [columns(Failed, [failed_devices, failed_reasons]),
         columns(Services, [completed_services, completed_services_completed_devices]),
         columns(FailedServices, [failed_services, failed_services_completed_devices,
                                  failed_services_failed_devices])],
    [{cq_progress, [{type, Type}, {timestamp, datetime(Time)}, {cq_id, Id}]
      ++ optional([{cq_tag, Tag}, {trace_id, TraceId}])
      ++ [{Key, texts(Devices)} || {Key, Devices = [_ | _]} <- [{completed_devices, Completed},
                                                                 {transient_devices, Transient}]]
      ++ lists:append(Columns)}];
body({1 bsl 25, Type, Ip, Port, HostKey, KeyAlg}) ->
    body({1 bsl 25, Type, Ip, Port, HostKey, KeyAlg, undefined});
body({1 bsl 25, Type, Ip, Port, HostKey, KeyAlg, Device}) ->
    [{call_home, [{type, Type}, {port, Port}, {ssh_host_key, text(HostKey)},
                  {ssh_key_alg, text(KeyAlg)} | ip(Ip) ++ optional([{device, Device}])]}];
body({1 bsl 28, {Usid, Tid, User, Device, TraceId, Config}}) when is_integer(Usid) ->
    [{audit_network, [{usid, Usid}, {tid, Tid}, {user, text(User)}, {device, text(Device)},
                      {config, text(Config)} | optional([{trace_id, TraceId}])]}];
body({1 bsl 30, File, Type, Start, End, Last, Time, Duration, NTrans}) ->
    [{compaction, [{dbfile, File}, {type, Type}, {fsize_start, Start}, {fsize_end, End},
                   {fsize_last, Last}, {time_start, Time}, {duration, Duration},
                   {ntrans, NTrans}]}].

ha(1, Code) -> [{nomaster, Code}];
ha(2, Node) -> [{slave_died, ha_node(Node)}];
ha(3, Node) -> [{slave_arrived, ha_node(Node)}];
ha(4, ByCopy) -> [{cdb_initialized_by_copy, ByCopy}];
ha(7, Result) -> [{beslave_result, Result}];
ha(_, _) -> [].

ha_node({NodeId, Ip}) when is_tuple(Ip) -> [{nodeid, value(NodeId)} | ip(Ip)];
ha_node({NodeId, Text}) -> [{nodeid, value(NodeId)}, {af, unspec}, {str, text(Text)}].

bindings([]) -> [];
bindings(Bindings) -> [{vb, [binding(Binding) || Binding <- Bindings]}].

binding({Var, Value}) ->
    Shown = case Value of
                _ when is_binary(Value) -> [{type, buf}, {value, Value}];
                _ -> [{type, noexists}]
            end,
    variable_of(Var) ++ [{val, Shown}].

variable_of({1, Type, Name}) -> [{type, 1}, {vartype, Type}, {name, text(Name)}];
variable_of({2, Type, Oid}) -> [{type, 2}, {vartype, Type}, {oid, Oid}];
variable_of({3, Type, RowIndex, Column}) ->
    [{type, 3}, {vartype, Type}, {rowindex, RowIndex}, {column, text(Column)}].

progress({Type, Time, Duration, Usid, Tid, Datastore, Context, TraceId, Subsystem, Phase, Msg,
          Annotation}) ->
    common_progress(Type, Time, Duration, Usid, Tid, Datastore)
        ++ optional([{context, Context}, {trace_id, TraceId}, {subsystem, Subsystem},
                     {phase, Phase}, {msg, Msg}, {annotation, Annotation}]);
progress({Type, Time, Duration, SpanId, ParentSpanId, TraceId, Usid, Tid, Datastore, Context,
          Subsystem, Msg, Annotation, Attributes, Links}) ->
    common_progress(Type, Time, Duration, Usid, Tid, Datastore)
        ++ optional([{span_id, SpanId}, {parent_span_id, ParentSpanId}, {trace_id, TraceId},
                     {context, Context}, {subsystem, Subsystem}, {msg, Msg},
                     {annotation, Annotation}])
        ++ [{attributes, [[{name, text(Name)}, {value, attribute(Value)}]
                          || {Name, Value} <- Attributes]},
            {links, [optional([{trace_id, Trace}, {span_id, Span}]) || {Trace, Span} <- Links]}];
progress(Nso) when tuple_size(Nso) =:= 19 ->
    {Fields, [Service, ServicePhase, QueueId, Node, Device, DevicePhase, Package]} =
        lists:split(12, tuple_to_list(Nso)),
    progress(list_to_tuple(Fields))
        ++ [{commit_queue_id, QueueId} || is_integer(QueueId)]
        ++ optional([{service, Service}, {service_phase, ServicePhase}, {node, Node},
                     {device, Device}, {device_phase, DevicePhase}, {package, Package}]).

common_progress(Type, Time, Duration, Usid, Tid, Datastore) ->
    [{type, Type}, {timestamp, Time}, {usid, Usid}, {tid, Tid}, {datastore, Datastore}
     | [{duration, Duration} || is_integer(Duration)]].

attribute(Value) when is_integer(Value) -> Value;
attribute(Value) -> text(Value).

stream_event(notification_complete) -> [{type, 2}];
stream_event(replay_complete) -> [{type, 3}];
stream_event({replay_failed, Error}) -> [{type, 4}, {error, text(Error)}];
stream_event({{19, Time}, Values}) ->
    [{type, 1}, {event_time, datetime(Time)}, {values, [tag_value(Value) || Value <- Values]}].

%% `undefined`, or a list of tuples that becomes an array for each of their places.
columns(Rows, _) when Rows =:= []; Rows =:= undefined -> [];
columns(Rows, Keys) ->
    [{Key, [cell(element(Place, Row)) || Row <- Rows]} || {Place, Key} <- lists:enumerate(Keys)].

cell(List) when is_list(List) -> texts(List);
cell(Text) -> text(Text).

%% ---- Fields that are the same in many events (section 7) ----

%% An atom may stand where text is expected.
text(Atom) when is_atom(Atom) -> atom_to_binary(Atom);
text(Binary) when is_binary(Binary) -> Binary.

texts(List) -> [text(Text) || Text <- List].

%% Texts that are there; the others are `undefined`.
optional(Members) -> [Member || Member = {_, Text} <- Members, is_binary(Text)].

uinfo({Usid, User, ClearPass, Context, Proto, Ip, Port, LoginTime, SnmpV3Ctx, Flags}) ->
    [{usid, Usid}, {username, text(User)}, {clearpass, hidden(text(ClearPass))},
     {context, text(Context)}, {proto, Proto}, {af, family(Ip)}, {addr, ip_text(Ip)}, {port, Port},
     {logintime, case LoginTime of <<>> -> 0; _ -> LoginTime end},
     {snmp_v3_ctx, text(SnmpV3Ctx)}, {flags, Flags}].

hidden(<<>>) -> <<>>;
hidden(_) -> <<"***">>.

ip(Ip) ->
    Key = case family(Ip) of inet -> ip4; inet6 -> ip6 end,
    [{af, family(Ip)}, {Key, ip_text(Ip)}].

family({_, _, _, _}) -> inet;
family({_, _, _, _, _, _, _, _}) -> inet6.

ip_text(Ip) -> list_to_binary(inet:ntoa(Ip)).

%% ---- Tags and values ----

%% A tag or namespace is its name, or the hash of that when the server knows no name.
hash(Hash) when is_integer(Hash) -> Hash;
hash(Name) -> erlang:phash2(text(Name), 16#7fffffff).

tag([Ns | Tag]) -> [{ns, hash(Ns)}, {tag, hash(Tag)}].

tag_value({Tag, Held}) ->
    [_ | Name] = Tag,
    Named = [{name, text(Name)} || not is_integer(Name)],
    V = case marker(Held) of
            none -> value(Held);
            Type -> [{type, Type} | tag(Tag)]
        end,
    tag(Tag) ++ Named ++ [{v, V}].

marker(start) -> xmlbegin;
marker(stop) -> xmlend;
marker(leaf) -> xmltag;
marker(delete) -> xmlbegindel;
marker(move_first) -> xmlmovefirst;
marker(move_after) -> xmlmoveafter;
marker(_) -> none.

value(not_found) -> [{type, noexists}];
value(default) -> [{type, default}];
value(Bool) when is_boolean(Bool) -> [{type, bool}, {value, Bool}];
value(Text) when is_binary(Text) -> [{type, buf}, {value, Text}];
value(Number) when is_integer(Number) -> [{type, int32}, {value, Number}];
value(Number) when is_float(Number) -> [{type, double}, {value, Number}];
value([Ns | Tag]) when not is_list(Tag) -> [{type, xmltag} | tag([Ns | Tag])];
value(List) when is_list(List) -> [{type, list}, {value, [value(Item) || Item <- List]}];
value(Ip) when tuple_size(Ip) =:= 4 -> [{type, ipv4}, {value, ip_text(Ip)}];
value(Ip) when tuple_size(Ip) =:= 8 -> [{type, ipv6}, {value, ip_text(Ip)}];
value({18, {undefined, Name}}) -> [{type, qname}, {name, text(Name)}];
value({18, {Prefix, Name}}) -> [{type, qname}, {prefix, text(Prefix)}, {name, text(Name)}];
value({43, {Number, Digits}}) ->
    [{type, decimal64}, {value, Number}, {fraction_digits, Digits}];
value({44, {Ns, Id}}) -> [{type, identityref}, {ns, Ns}, {id, Id}];
value({Type, Payload}) ->
    {Name, Show} = type(Type),
    [{type, Name}, {value, Show(Payload)}].

type(6) -> {int8, fun number/1};
type(7) -> {int16, fun number/1};
type(9) -> {int64, fun number/1};
type(10) -> {uint8, fun number/1};
type(11) -> {uint16, fun number/1};
type(12) -> {uint32, fun number/1};
type(13) -> {uint64, fun number/1};
type(19) -> {datetime, fun datetime/1};
type(20) -> {date, fun({Y, M, D, Tz, TzMin}) -> flat([date(Y, M, D), zone(Tz, TzMin)]) end};
type(23) -> {time, fun({H, M, S, Micro, Tz, TzMin}) ->
                           flat([clock(H, M, S, Micro), zone(Tz, TzMin)])
                   end};
type(27) -> {duration, fun duration/1};
type(28) -> {enum, fun number/1};
type(29) -> {bit32, fun number/1};
type(30) -> {bit64, fun number/1};
type(34) -> {objectref, fun path/1};
type(38) -> {oid, fun(Bytes) -> [Id || <<Id:32>> <= Bytes] end};
type(39) -> {binary, fun hex/1};
type(40) -> {ipv4prefix, fun prefix/1};
type(41) -> {ipv6prefix, fun prefix/1};
type(46) -> {dquad, fun hex/1};
type(47) -> {hexstr, fun hex/1};
type(48) -> {ipv4_and_plen, fun prefix/1};
type(49) -> {ipv6_and_plen, fun prefix/1};
type(50) -> {bitbig, fun hex/1}.

number(Number) when is_integer(Number) -> Number.

hex(Bytes) -> string:lowercase(binary:encode_hex(Bytes)).

prefix({Ip, Length}) -> flat([ip_text(Ip), $/, integer_to_list(Length)]).

%% Innermost first; a bare tag has the namespace of a step further out.
path(Steps) ->
    {Shown, _} = lists:mapfoldr(fun step/2, 0, Steps),
    Shown.

step(Keys, Ns) when is_tuple(Keys) ->
    {[{keys, [value(Key) || Key <- tuple_to_list(Keys)]}], Ns};
step([Ns | Tag], _) -> {[{type, xmltag} | tag([Ns | Tag])], Ns};
step(Tag, Ns) -> {[{type, xmltag} | tag([Ns | Tag])], Ns}.

datetime({Y, Mo, D, H, Mi, S, Micro, Tz, TzMin}) ->
    flat([date(Y, Mo, D), $T, clock(H, Mi, S, Micro), zone(Tz, TzMin)]).

date(Y, M, D) when Y < 0 -> [$- | date(-Y, M, D)];
date(Y, M, D) -> io_lib:format("~4..0w-~2..0w-~2..0w", [Y, M, D]).

clock(H, M, S, Micro) ->
    [io_lib:format("~2..0w:~2..0w:~2..0w", [H, M, S]),
     [io_lib:format(".~6..0w", [Micro]) || Micro =/= 0]].

zone([], _) -> "";
zone(0, 0) -> "Z";
zone(Hours, Minutes) ->
    Sign = case Hours < 0 orelse Minutes < 0 of true -> $-; false -> $+ end,
    [Sign | io_lib:format("~2..0w:~2..0w", [abs(Hours), abs(Minutes)])].

duration({Y, Mo, D, H, Mi, S, Micros}) ->
    Parts = fun(List) -> [[integer_to_list(N), Unit] || {N, Unit} <- List, N =/= 0] end,
    Last = case {S + Micros div 1000000, Micros rem 1000000} of
               {0, 0} -> "";
               {Seconds, 0} -> [integer_to_list(Seconds), $S];
               {Seconds, Rest} -> io_lib:format("~w.~6..0wS", [Seconds, Rest])
           end,
    case {Parts([{Y, $Y}, {Mo, $M}, {D, $D}]), [Parts([{H, $H}, {Mi, $M}]), Last]} of
        {[], [[], ""]} -> <<"PT0S">>;
        {Days, [[], ""]} -> flat([$P, Days]);
        {Days, Clock} -> flat([$P, Days, $T, Clock])
    end.

flat(Text) -> iolist_to_binary(Text).

%% ---- JSON ----

json(Number) when is_integer(Number) -> integer_to_list(Number);
json(Number) when is_float(Number) -> float_to_list(Number, [short]);
json(Bool) when is_boolean(Bool) -> atom_to_list(Bool);
json(Name) when is_atom(Name) -> [$", atom_to_list(Name), $"];
json(Text) when is_binary(Text) -> [$", escaped(Text), $"];
json([{_, _} | _] = Members) ->
    [${, lists:join($,, [[json(Key), $:, json(Value)] || {Key, Value} <- Members]), $}];
json(List) -> [$[, lists:join($,, [json(Item) || Item <- List]), $]].

%% U+FFFD for each byte that is not UTF-8.
escaped(<<>>) -> [];
escaped(<<C/utf8, Rest/binary>>) when C =:= $"; C =:= $\\ -> [$\\, C | escaped(Rest)];
escaped(<<C/utf8, Rest/binary>>) when C < 32 ->
    [io_lib:format("\\u~4.16.0b", [C]) | escaped(Rest)];
escaped(<<C/utf8, Rest/binary>>) -> [C | escaped(Rest)];
escaped(<<_, Rest/binary>>) -> [16#fffd | escaped(Rest)].
