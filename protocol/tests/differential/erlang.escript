#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%% The Erlang side of erlang_test.cpp and erlang_event_test.cpp. Files hold records of a 32-bit
%% length and that many bytes.
-mode(compile).

main(["generate", File, Count]) ->
    _ = rand:seed(exsss, 4565),
    Records = [generated(term(N rem 5)) || N <- lists:seq(1, list_to_integer(Count))],
    ok = file:write_file(File, [record(R) || Rs <- Records, R <- Rs]);
main(["compare", File]) ->
    {ok, Bytes} = file:read_file(File),
    finish(compare(records(Bytes), 0));
main(["rewrite", File, Out]) ->
    {ok, Bytes} = file:read_file(File),
    Records = records(Bytes),
    ok = file:write_file(Out, rewritten(Records)),
    finish(compare(Records, 0)).

finish(Faults) ->
    io:format("compared, ~w differ~n", [Faults]),
    halt(min(Faults, 1)).

record(Bytes) -> [<<(byte_size(Bytes)):32>>, Bytes].

records(<<Size:32, Bytes:Size/binary, Rest/binary>>) -> [Bytes | records(Rest)];
records(<<>>) -> [].

%% One term in every form that the runtime writes, then as two of Erlang's texts.
generated(Term) ->
    Text = fun(Format) -> unicode:characters_to_binary(io_lib:format(Format, [Term])) end,
    [term_to_binary(Term, [{minor_version, 1}]),
     term_to_binary(Term, [{minor_version, 0}]),
     term_to_binary(Term, [{minor_version, 2}]),
     term_to_binary(Term, [deterministic]),
     Text("~tw"), Text("~tp")].

%% Pairs of a payload and a text: Erlang must read both as the same term, bit for bit.
compare([Payload, Text | Rest], Faults) ->
    compare(Rest, Faults + fault(Payload, Text));
compare([], Faults) -> Faults.

%% Each payload as the runtime of ConfD's days writes its term.
rewritten([Payload, _Text | Rest]) ->
    [record(term_to_binary(binary_to_term(Payload), [{minor_version, 1}])) | rewritten(Rest)];
rewritten([]) -> [].

fault(Payload, Text) ->
    Term = binary_to_term(Payload),
    case catch parse(Text) of
        {ok, Parsed} when Parsed =:= Term ->
            case term_to_binary(Parsed) =:= term_to_binary(Term) of
                true -> 0;
                false -> complain(Term, Text, Parsed)
            end;
        Other -> complain(Term, Text, Other)
    end.

parse(Text) ->
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list([Text, " ."])),
    erl_parse:parse_term(Tokens).

complain(Term, Text, Found) ->
    io:format("~tw~n  was printed as ~ts~n  and read as ~tw~n", [Term, Text, Found]),
    1.

term(0) -> leaf(rand:uniform(6));
term(Depth) ->
    case rand:uniform(6) of
        1 -> list_to_tuple(terms(Depth));
        2 -> terms(Depth);
        3 -> terms(Depth) ++ term(Depth - 1);
        4 -> [rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(40))];
        5 -> text(rand:uniform(40));
        6 -> leaf(rand:uniform(6))
    end.

terms(Depth) -> [term(Depth - 1) || _ <- lists:seq(1, rand:uniform(6) - 1)].

leaf(1) -> rand:uniform(256) - 1;
leaf(2) -> integer(1 bsl rand:uniform(64), rand:uniform(2));
leaf(3) -> float();
leaf(4) -> list_to_atom(lists:sublist(text(rand:uniform(12) - 1), 255));
leaf(5) -> unicode:characters_to_binary(text(rand:uniform(100) - 1));
leaf(6) -> rand:bytes(rand:uniform(30) - 1).

integer(Bound, 1) -> rand:uniform(Bound) - 1;
integer(Bound, 2) -> -(rand:uniform(Bound) - 1).

float() ->
    case rand:uniform(3) of
        1 -> rand:normal();
        2 -> rand:uniform(1000) / 8 - 50;
        3 ->
            %% An exponent of all ones is no number.
            <<Float/float>> = <<(rand:uniform(2) - 1):1, (rand:uniform(2047) - 1):11,
                                (rand:uniform(1 bsl 52) - 1):52>>,
            Float
    end.

text(Length) ->
    [First, Last] = lists:nth(rand:uniform(6), [[$a, $z], [32, 126], [1, 126], [32, 255],
                                                [256, 16#d7ff], [16#1f000, 16#1ffff]]),
    [First + rand:uniform(Last - First + 1) - 1 || _ <- lists:seq(1, Length)].
